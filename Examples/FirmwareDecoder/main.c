/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * decrypt KEYBOX TRACK > CONTENT
 *
 * All that a firmware does with the decoder, in C99: reads a device's keybox, opens a track, and
 * decrypts it piece by piece into memory of its own. A real player refuses TEST keyboxes.
 */
#include <limits.h>
#include <stdio.h>

#include "pinstripe_decoder.h"
#include "pinstripe_openssl.h"

/* Storage is a function: here of a file, in a player of its flash. */
static int32_t read_file(void *file, uint64_t offset, uint8_t *out, uint32_t length) {
  if (offset > LONG_MAX || fseek(file, (long)offset, SEEK_SET) != 0) return PINSTRIPE_E_STORAGE;
  return fread(out, 1, length, file) == length ? PINSTRIPE_OK : PINSTRIPE_E_STORAGE;
}

/* Overwrites a secret. Through a volatile pointer, or the compiler drops what nobody reads again. */
static void wipe(void *secret, size_t length) {
  volatile uint8_t *byte = secret;
  while (length-- > 0) *byte++ = 0;
}

static int cannot_read(const char *path, int status) {
  fprintf(stderr, "error: %s cannot be read\n", path);
  return status;
}

static int fail(const char *what, int32_t status) {
  fprintf(stderr, "error: %s: status %d of pinstripe_decoder.h\n", what, (int)status);
  return 1;
}

int main(int count, char **arguments) {
  static uint8_t work[PINSTRIPE_WORK_SIZE_OPENING], piece[4096];
  static pinstripe_decoder decoder;
  static pinstripe_openssl_state keys;
  pinstripe_provider provider;
  pinstripe_recipient recipient;
  pinstripe_keybox keybox = {sizeof keybox, PINSTRIPE_ABI_VERSION, 0, 0, {0}, {0}};
  pinstripe_info info = {sizeof info, PINSTRIPE_ABI_VERSION, 0, 0, 0, 0, 0, 0, 0, 0, {0}, 0, 0, {0}};
  pinstripe_storage storage = {sizeof storage, PINSTRIPE_ABI_VERSION, NULL, 0, read_file};
  uint8_t bytes[128], dus[32];
  uint64_t offset = 0;
  int32_t status;
  long size;
  FILE *file;
  if (count != 3) {
    fprintf(stderr, "usage: decrypt KEYBOX TRACK > CONTENT\n");
    return 64;
  }
  file = fopen(arguments[1], "rb");
  /* Without a buffer of stdio's, which would keep a copy of the secret. */
  if (file == NULL || setvbuf(file, NULL, _IONBF, 0) != 0 ||
      fread(bytes, 1, sizeof bytes, file) != sizeof bytes)
    return cannot_read(arguments[1], 66);

  /* Once, when the player starts: the device's key. */
  status = pinstripe_openssl_provider(&keys, &provider);
  if (status == PINSTRIPE_OK)
    status = pinstripe_keybox_read(&provider, bytes, sizeof bytes, 1, &keybox, dus);
  if (status == PINSTRIPE_OK) status = pinstripe_openssl_load_key(&keys, PINSTRIPE_KEY_ROOT, dus);
  wipe(dus, sizeof dus);
  wipe(bytes, sizeof bytes);
  fclose(file);
  if (status == PINSTRIPE_OK)
    status = pinstripe_device_recipient(&provider, &keybox, PINSTRIPE_KEY_FIRST_WRAP, &recipient);
  if (status != PINSTRIPE_OK) return fail(arguments[1], status);

  /* For every track. */
  file = fopen(arguments[2], "rb");
  if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0) {
    pinstripe_openssl_destroy(&keys);
    return cannot_read(arguments[2], 66);
  }
  storage.state = file;
  storage.size = (uint64_t)size;
  status = pinstripe_open(&decoder, &provider, &storage, &recipient, 1, 0, work, sizeof work);
  if (status == PINSTRIPE_OK) status = pinstripe_get_info(&decoder, &info);
  while (status == PINSTRIPE_OK && offset < info.content_length) {
    uint64_t left = info.content_length - offset;
    uint32_t length = left < sizeof piece ? (uint32_t)left : (uint32_t)sizeof piece;
    status = read_file(file, info.payload_offset + offset, piece, length);
    if (status == PINSTRIPE_OK) status = pinstripe_update(&decoder, piece, piece, length);
    if (status == PINSTRIPE_OK && fwrite(piece, 1, length, stdout) != length) status = 1;
    offset += length;
  }
  pinstripe_wipe(&decoder);
  pinstripe_openssl_destroy(&keys);
  fclose(file);
  return status == PINSTRIPE_OK && fflush(stdout) == 0 ? 0 : fail(arguments[2], status);
}
