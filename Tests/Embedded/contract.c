/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * What pinstripe_decoder.h promises about wrong calls and about storage and cryptography that fail.
 *
 *   contract FOLDER TRACK KEYBOX
 *
 * TRACK is one that KEYBOX opens, with at least 1,000 bytes of content. Every call of the provider and
 * of the storage is made to fail in turn: the n-th alone, for each n.
 */
#include "faults.h"

/* STACK_ALLOWED: bytes of stack that the decoder needs, as build-decoder.sh adds them up. The arguments
 * that the caller puts there are measured too. */
enum { STACK_ARGUMENTS = 16 };
static struct file file;
static keys_state keys;
static pinstripe_provider real, provider;
static pinstripe_recipient recipient;
static pinstripe_keybox box;
static pinstripe_storage storage;
static pinstripe_decoder decoder;
static uint64_t work[PINSTRIPE_WORK_SIZE_OPENING / 8];

static int32_t open_track(void) {
  return pinstripe_open(&decoder, &provider, &storage, &recipient, 1, 0, (uint8_t *)work,
                        sizeof work);
}

static void expect(int32_t status, int32_t wanted, const char *what) {
  check(status == wanted, "contract", what, status);
}

/* Opens and decrypts while the n-th call fails, for each n until none is left to fail. */
static void fail_each_call(int32_t wanted, const char *what) {
  static uint8_t out[1000];
  int n = 0, is_done = 0;
  for (; !is_done && n < 1000; n++) {
    int32_t status;
    calls_left = n;
    memset(&decoder, 0xA5, sizeof decoder);
    status = open_track();
    if (status != PINSTRIPE_OK) {
      expect(status, wanted, what);
      check(is_zero(&decoder, sizeof decoder), what, "a refused track leaves something", n);
    } else {
      status = pinstripe_xor_at(&decoder, 0, file.bytes + 4096, out, sizeof out);
      is_done = calls_left >= 0;
      expect(status, is_done ? PINSTRIPE_OK : wanted, what);
    }
    pinstripe_wipe(&decoder);
  }
  check(is_done && n > 1, what, "no end", n);
}

/* Every bit of the header area, flipped alone, is refused: the tag covers all of it. */
static void flip_each_bit(void) {
  uint32_t bit, accepted = 0;
  for (bit = 0; bit < 8 * PINSTRIPE_HEADER_AREA_SIZE; bit++) {
    file.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    if (open_track() == PINSTRIPE_OK) accepted++;
    file.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
  check(accepted == 0, "contract", "headers with a flipped bit that were accepted", accepted);
}

/* Where a function that is called here would have its stack. */
__attribute__((noinline)) static uintptr_t stack_here(void) {
  return (uintptr_t)__builtin_frame_address(0);
}

/* What a call needs of the stack, without what its callbacks do. */
static size_t stack_most, stack_of_all;

#define MEASURED(call)                                      \
  do {                                                      \
    uintptr_t stack_start;                                  \
    calls_left = -1;                                        \
    stack_start = stack_here();                             \
    stack_low = stack_start;                                \
    (void)(call);                                           \
    if (stack_start - stack_low > stack_most) stack_most = stack_start - stack_low; \
  } while (0)

/* Opens a track, reads its rights and decrypts its start. */
static void measure_stack(const char *folder, const char *name, const pinstripe_keybox *keybox,
                          size_t allowed) {
  static uint8_t out[1000];
  pinstripe_rights rights = {0};
  struct file saved = file;
  rights.struct_size = sizeof rights;
  rights.abi_version = PINSTRIPE_ABI_VERSION;
  file = load(folder, name);
  storage = storage_of(&file);
  storage.read = read_failing;
  stack_most = 0;
  MEASURED(pinstripe_open(&decoder, &provider, &storage, &recipient, 1, PINSTRIPE_OPEN_OBEYS_RIGHTS,
                          (uint8_t *)work, sizeof work));
  MEASURED(pinstripe_rights_read(&decoder, keybox, 1, &rights));
  MEASURED(pinstripe_xor_at(&decoder, 0, file.bytes + 4096, out, sizeof out));
  MEASURED(pinstripe_update(&decoder, file.bytes + 4096, out, sizeof out));
  printf("figure decoder.measured_stack_bytes.%s %u B\n", name, (unsigned)stack_most);
  if (stack_most > stack_of_all) stack_of_all = stack_most;
  check(stack_most > 0 && stack_most <= allowed, name, "bytes of stack", (long long)stack_most);
  pinstripe_wipe(&decoder);
  close_file(&file);
  file = saved;
}

/* The stack that one call needs. */
static void measured(const char *what, size_t allowed) {
  printf("figure decoder.measured_stack_bytes.%s %u B\n", what, (unsigned)stack_most);
  if (stack_most > stack_of_all) stack_of_all = stack_most;
  check(stack_most > 0 && stack_most <= allowed, what, "bytes of stack", (long long)stack_most);
  stack_most = 0;
}

/* The other functions that call back. */
static void measure_others(const char *folder, const struct file *keybox, size_t allowed) {
  static uint8_t buffer[64];
  uint8_t dus[32];
  struct file grant = load(folder, "group.grant"), saved = file;
  pinstripe_keybox read = {sizeof read, PINSTRIPE_ABI_VERSION, 0, 0, {0}, {0}};
  pinstripe_section section = {sizeof section, PINSTRIPE_ABI_VERSION, 0, 0, 0};
  pinstripe_field field = {sizeof field, PINSTRIPE_ABI_VERSION, 0, 0, 0, 0};
  pinstripe_recipient other;
  uint64_t first, blocks;
  stack_most = 0;
  MEASURED(pinstripe_keybox_read(&provider, keybox->bytes, keybox->size, 1, &read, dus));
  measured("keybox_read", allowed);
  MEASURED(pinstripe_device_recipient(&provider, &box, 11, &other));
  measured("device_recipient", allowed);
  MEASURED(expect(pinstripe_grant_recipient(&provider, &box, &recipient, grant.bytes, grant.size, 1, 12,
                                            &other),
                  PINSTRIPE_OK, "a grant"));
  measured("grant_recipient", allowed);
  file = load(folder, "sections.pst");
  storage = storage_of(&file);
  storage.read = read_failing;
  expect(open_track(), PINSTRIPE_OK, "a track with sections");
  MEASURED(pinstripe_section_begin(&decoder, PINSTRIPE_SECTION_METADATA, buffer, sizeof buffer, &section));
  measured("section_begin", allowed);
  MEASURED(pinstripe_metadata_next(&decoder, &section, &field));
  measured("metadata_next", allowed);
  MEASURED(pinstripe_section_read(&decoder, &section, field.offset, buffer, 4));
  measured("section_read", allowed);
  pinstripe_wipe(&decoder);
  close_file(&file);
  file = load(folder, "framed.pst");
  storage = storage_of(&file);
  storage.read = read_failing;
  expect(open_track(), PINSTRIPE_OK, "a framed track");
  MEASURED(pinstripe_keystream_range(&decoder, 500000, 1000, &first, &blocks));
  measured("keystream_range", allowed);
  pinstripe_wipe(&decoder);
  close_file(&file);
  close_file(&grant);
  file = saved;
}

static void wrong_structs(void) {
  pinstripe_info info = {0};
  pinstripe_keybox keybox = {0};
  uint8_t dus[32];
  provider.struct_size--;
  expect(open_track(), PINSTRIPE_E_ABI, "a provider of another size");
  provider = real;
  provider.abi_version++;
  expect(open_track(), PINSTRIPE_E_ABI, "a provider of another version");
  provider = real;
  storage.struct_size++;
  expect(open_track(), PINSTRIPE_E_ABI, "a storage of another size");
  storage = storage_of(&file);
  storage.abi_version = 0;
  expect(open_track(), PINSTRIPE_E_ABI, "a storage of another version");
  storage = storage_of(&file);
  expect(pinstripe_keybox_read(&provider, file.bytes, 128, 1, &keybox, dus), PINSTRIPE_E_ABI,
         "a keybox struct that was not filled in");
  expect(open_track(), PINSTRIPE_OK, "the same, right");
  expect(pinstripe_get_info(&decoder, &info), PINSTRIPE_E_ABI, "an info that was not filled in");
}

static void wrong_calls(void) {
  uint8_t byte = 0, *buffer = (uint8_t *)work;
  uint64_t number;
  expect(pinstripe_xor_at(&decoder, 0, NULL, &byte, 1), PINSTRIPE_E_ARGUMENT, "no source");
  expect(pinstripe_xor_at(&decoder, 0, &byte, NULL, 1), PINSTRIPE_E_ARGUMENT, "no target");
  expect(pinstripe_xor_at(NULL, 0, &byte, &byte, 1), PINSTRIPE_E_ARGUMENT, "no decoder");
  expect(pinstripe_xor_at(&decoder, UINT64_MAX, &byte, &byte, 2), PINSTRIPE_E_RANGE, "a wrap");
  check(pinstripe_xor_at(&decoder, 1, &byte, &byte, SIZE_MAX) != PINSTRIPE_OK, "contract",
        "a length without end", 0);
  expect(pinstripe_seek(&decoder, UINT64_MAX), PINSTRIPE_E_RANGE, "a far seek");
  expect(pinstripe_keystream_range(&decoder, 1, UINT64_MAX, &number, &number), PINSTRIPE_E_RANGE,
         "a range that wraps");
  expect(pinstripe_keystream_range(&decoder, 0, 1, NULL, &number), PINSTRIPE_E_ARGUMENT, "no out");
  expect(pinstripe_set_work(&decoder, buffer, PINSTRIPE_WORK_SIZE_PLAYING - 1),
         PINSTRIPE_E_WORK_SIZE, "a small work buffer");
  expect(pinstripe_set_work(&decoder, NULL, 4096), PINSTRIPE_E_ARGUMENT, "no work buffer");
  pinstripe_wipe(&decoder);
  pinstripe_wipe(&decoder);
  pinstripe_wipe(NULL);
  expect(pinstripe_xor_at(&decoder, 0, &byte, &byte, 1), PINSTRIPE_E_ARGUMENT, "after the wipe");
  expect(pinstripe_update(&decoder, &byte, &byte, 1), PINSTRIPE_E_ARGUMENT, "update, wiped");
  expect(pinstripe_seek(&decoder, 0), PINSTRIPE_E_ARGUMENT, "seek, wiped");
  expect(pinstripe_open(&decoder, &provider, &storage, &recipient, 1, 0, buffer,
                        PINSTRIPE_WORK_SIZE_OPENING - 1),
         PINSTRIPE_E_WORK_SIZE, "a small work buffer to open with");
  expect(pinstripe_open(&decoder, NULL, &storage, &recipient, 1, 0, buffer, 4096),
         PINSTRIPE_E_ARGUMENT, "no provider");
  expect(pinstripe_open(&decoder, &provider, NULL, &recipient, 1, 0, buffer, 4096),
         PINSTRIPE_E_ARGUMENT, "no storage");
  expect(pinstripe_open(&decoder, &provider, &storage, NULL, 1, 0, buffer, 4096),
         PINSTRIPE_E_ARGUMENT, "no recipients, but one counted");
  expect(pinstripe_open(&decoder, &provider, &storage, NULL, 0, 0, buffer, 4096),
         PINSTRIPE_E_NO_SLOT, "no recipients");
  expect(pinstripe_open(&decoder, &provider, &storage, &recipient, 1, 0x80000000u, buffer, 4096),
         PINSTRIPE_E_ARGUMENT, "an unknown flag");
}

int main(int count, char **arguments) {
  struct file keybox;
  if (count != 4) {
    fprintf(stderr, "usage: contract FOLDER TRACK KEYBOX\n");
    return 64;
  }
  file = load(arguments[1], arguments[2]);
  keybox = load(arguments[1], arguments[3]);
  expect((int32_t)pinstripe_abi_version(), (int32_t)PINSTRIPE_ABI_VERSION, "the ABI version");
  expect(use_keybox(&keybox, 0, &keys, &real, &box, &recipient), PINSTRIPE_E_TEST_KEYBOX, "TEST");
  keys_close(&keys);
  expect(use_keybox(&keybox, 1, &keys, &real, &box, &recipient), PINSTRIPE_OK, "the keybox");
  provider = real;
  storage = storage_of(&file);
  wrong_structs();
  wrong_calls();
  flip_each_bit();
  storage.read = read_failing;
  fail_each_call(PINSTRIPE_E_STORAGE, "a failing storage");
  storage = storage_of(&file);
  fail_provider(&provider, &real);
  fail_each_call(PINSTRIPE_E_PROVIDER, "a failing provider");
  measure_stack(arguments[1], arguments[2], &box, STACK_ALLOWED + STACK_ARGUMENTS);
  measure_stack(arguments[1], "trailer.pst", &box, STACK_ALLOWED + STACK_ARGUMENTS);
  measure_stack(arguments[1], "framed.pst", &box, STACK_ALLOWED + STACK_ARGUMENTS);
  measure_stack(arguments[1], "rights.pst", &box, STACK_ALLOWED + STACK_ARGUMENTS);
  measure_others(arguments[1], &keybox, STACK_ALLOWED + STACK_ARGUMENTS);
  printf("figure decoder.measured_stack_bytes %u B\n", (unsigned)stack_of_all);
  keys_close(&keys);
  close_file(&file);
  close_file(&keybox);
  return report();
}
