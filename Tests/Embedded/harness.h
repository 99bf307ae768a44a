/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * What both test programs of this folder share: counting, files in memory as a decoder's storage, and
 * a random number generator that gives the same numbers everywhere.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pinstripe_decoder.h"
#include "pinstripe_openssl.h"

static unsigned passed, failed;

/* One thing that was checked; `what` says what is wrong when `ok` is 0. */
static inline int check(int ok, const char *name, const char *what, long long detail) {
  if (ok)
    passed++;
  else {
    failed++;
    printf("FAILED %s: %s (%lld)\n", name, what, detail);
  }
  return ok;
}

/* A file in memory, which malloc lets a memory checker watch the ends of. */
struct file {
  uint8_t *bytes;
  size_t size;
};

static inline struct file load(const char *folder, const char *name) {
  char path[4096];
  struct file file = {NULL, 0};
  long size;
  FILE *stream;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  stream = fopen(path, "rb");
  if (stream == NULL || fseek(stream, 0, SEEK_END) != 0 || (size = ftell(stream)) < 0 ||
      fseek(stream, 0, SEEK_SET) != 0 || (file.bytes = malloc((size_t)size + 1)) == NULL ||
      fread(file.bytes, 1, (size_t)size, stream) != (size_t)size) {
    fprintf(stderr, "error: %s cannot be read.\n", path);
    exit(66);
  }
  fclose(stream);
  file.size = (size_t)size;
  return file;
}

/* The storage's read function. A decoder that asks beyond the size it was told is itself at fault. */
static inline int32_t read_file(void *state, uint64_t offset, uint8_t *out, uint32_t length) {
  const struct file *file = state;
  if (offset > file->size || length > file->size - offset) return PINSTRIPE_E_STORAGE;
  memcpy(out, file->bytes + offset, length);
  return PINSTRIPE_OK;
}

static inline pinstripe_storage storage_of(struct file *file) {
  pinstripe_storage storage = {sizeof storage, PINSTRIPE_ABI_VERSION, file, file->size, read_file};
  return storage;
}

/* xorshift64 (Marsaglia 2003): below `limit`, which is not 0. */
static uint64_t random_state = 88172645463325252u;

static inline size_t random_below(size_t limit) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return (size_t)(random_state % limit);
}

/* The keys of a keybox in a fresh provider; PINSTRIPE_OK or the refusal. */
static inline int32_t use_keybox(const struct file *file, uint32_t allow_test,
                                 pinstripe_openssl_state *state, pinstripe_provider *provider,
                                 pinstripe_recipient *recipient) {
  pinstripe_keybox keybox = {0};
  uint8_t dus[32];
  int32_t status;
  keybox.struct_size = sizeof keybox;
  keybox.abi_version = PINSTRIPE_ABI_VERSION;
  status = pinstripe_openssl_provider(state, provider);
  if (status == PINSTRIPE_OK)
    status = pinstripe_keybox_read(provider, file->bytes, file->size, allow_test, &keybox, dus);
  if (status == PINSTRIPE_OK)
    status = pinstripe_openssl_load_key(state, PINSTRIPE_KEY_ROOT, dus);
  if (status == PINSTRIPE_OK)
    status =
        pinstripe_device_recipient(provider, &keybox, PINSTRIPE_KEY_FIRST_WRAP, recipient);
  return status;
}

static inline int is_zero(const void *bytes, size_t length) {
  const uint8_t *byte = bytes;
  while (length > 0)
    if (byte[--length] != 0) return 0;
  return 1;
}

static inline int report(void) {
  printf("%u passed, %u failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}

#endif
