/* SPDX-License-Identifier: Apache-2.0 OR MIT */
#include "harness.h"

unsigned passed, failed;

int check(int ok, const char *name, const char *what, long long detail) {
  if (ok)
    passed++;
  else {
    failed++;
    printf("FAILED %s: %s (%lld)\n", name, what, detail);
  }
  return ok;
}

int is_among(int32_t status, const char *names) {
  static const char *const all[] = {
      "OK", "ARGUMENT", "ABI", "STORAGE", "TRUNCATED", "NOT_A_TRACK", "VERSION", "SUITE", "PATTERN",
      "MALFORMED", "CRITICAL_SECTION", "NO_SLOT", "UNWRAP", "TAG", "PROVIDER", "RANGE", "KEYBOX",
      "WORK_SIZE", "CLEAR_REFUSED", "TEST_KEYBOX", "TOO_LARGE"};
  size_t length;
  const char *name;
  if (status > 0 || status < PINSTRIPE_E_TOO_LARGE) return 0;
  name = all[-status];
  for (length = strlen(name); (names = strstr(names, name)) != NULL; names += length)
    if (names[length] == '\0' || names[length] == '|') return 1;
  return 0;
}

void close_file(struct file *file) {
  free(file->bytes);
  if (file->stream != NULL) fclose(file->stream);
}

struct file load(const char *folder, const char *name) {
  static char path[4096];
  struct file file = {NULL, 0, NULL};
  long size;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  file.stream = fopen(path, "rb");
  if (file.stream == NULL || fseek(file.stream, 0, SEEK_END) != 0 ||
      (size = ftell(file.stream)) < 0 || fseek(file.stream, 0, SEEK_SET) != 0) {
    fprintf(stderr, "error: %s cannot be read.\n", path);
    exit(66);
  }
  file.size = (size_t)size;
  if (file.size > LARGE_FILE) return file;
  file.bytes = malloc(file.size + 1);
  if (file.bytes == NULL || fread(file.bytes, 1, file.size, file.stream) != file.size) {
    fprintf(stderr, "error: %s cannot be read.\n", path);
    exit(66);
  }
  fclose(file.stream);
  file.stream = NULL;
  return file;
}

int32_t read_file(void *state, uint64_t offset, uint8_t *out, uint32_t length) {
  const struct file *file = state;
  if (offset > file->size || length > file->size - offset) return PINSTRIPE_E_STORAGE;
  if (file->bytes != NULL)
    memcpy(out, file->bytes + offset, length);
  else if (fseek(file->stream, (long)offset, SEEK_SET) != 0 ||
           fread(out, 1, length, file->stream) != length)
    return PINSTRIPE_E_STORAGE;
  return PINSTRIPE_OK;
}

pinstripe_storage storage_of(struct file *file) {
  pinstripe_storage storage = {sizeof storage, PINSTRIPE_ABI_VERSION, file, file->size, read_file};
  return storage;
}

static uint64_t random_state = 88172645463325252u;

/* xorshift64 (Marsaglia 2003). */
size_t random_below(size_t limit) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return (size_t)(random_state % limit);
}

int32_t use_keybox(const struct file *file, uint32_t allow_test, keys_state *state,
                                 pinstripe_provider *provider, pinstripe_keybox *keybox,
                                 pinstripe_recipient *recipient) {
  uint8_t dus[32];
  int32_t status;
  memset(keybox, 0, sizeof *keybox);
  keybox->struct_size = sizeof *keybox;
  keybox->abi_version = PINSTRIPE_ABI_VERSION;
  status = keys_open(state, provider);
  if (status == PINSTRIPE_OK)
    status = pinstripe_keybox_read(provider, file->bytes, file->size, allow_test, keybox, dus);
  if (status == PINSTRIPE_OK) status = keys_load(state, PINSTRIPE_KEY_ROOT, dus);
  if (status == PINSTRIPE_OK)
    status = pinstripe_device_recipient(provider, keybox, PINSTRIPE_KEY_FIRST_WRAP, recipient);
  return status;
}

int is_zero(const void *bytes, size_t length) {
  const uint8_t *byte = bytes;
  while (length > 0)
    if (byte[--length] != 0) return 0;
  return 1;
}

int report(void) {
  printf("%u passed, %u failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}
