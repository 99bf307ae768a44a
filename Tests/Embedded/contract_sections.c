/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * What pinstripe_decoder.h promises about reading sections: calls out of order, structs of another
 * version, and storage and cryptography that fail at each call in turn.
 *
 *   contract_sections FOLDER
 */
#include "faults.h"

static struct file file;
static keys_state keys;
static pinstripe_provider real, provider;
static pinstripe_recipient recipient;
static pinstripe_keybox box;
static pinstripe_storage storage;
static pinstripe_decoder decoder;
static uint64_t work[PINSTRIPE_WORK_SIZE_OPENING / 8];
static uint8_t buffer[256];

static void expect(int32_t status, int32_t wanted, const char *what) {
  check(status == wanted, "sections", what, status);
}

static int32_t open_track(void) {
  return pinstripe_open(&decoder, &provider, &storage, &recipient, 1, 0, (uint8_t *)work,
                        sizeof work);
}

static pinstripe_section section_of(uint32_t type) {
  pinstripe_section section = {sizeof section, PINSTRIPE_ABI_VERSION, 0, 0, 0};
  section.type = type;
  return section;
}

static int32_t begin(uint32_t type, pinstripe_section *section) {
  *section = section_of(0);
  return pinstripe_section_begin(&decoder, type, buffer, sizeof buffer, section);
}

/* All of it: begin, every field, and its value; what comes out is what came out without failures. */
static int32_t read_metadata(uint8_t *out, size_t room, size_t *length) {
  pinstripe_field field = {sizeof field, PINSTRIPE_ABI_VERSION, 0, 0, 0, 0};
  pinstripe_section section;
  int32_t status = begin(PINSTRIPE_SECTION_METADATA, &section);
  *length = 0;
  while (status == PINSTRIPE_OK) {
    status = pinstripe_metadata_next(&decoder, &section, &field);
    if (status != PINSTRIPE_OK || field.number == 0 || field.length > room - *length) break;
    memset(out + *length, 0xA5, field.length);
    status = pinstripe_section_read(&decoder, &section, field.offset, out + *length, field.length);
    if (status != PINSTRIPE_OK)
      check(is_zero(out + *length, field.length), "sections", "something came out", status);
    *length += field.length;
  }
  return status;
}

static void fail_each_call(int32_t wanted, const char *what) {
  static uint8_t good[4096], out[4096];
  size_t good_length, length;
  int n, is_done = 0;
  calls_left = -1;
  expect(open_track(), PINSTRIPE_OK, what);
  expect(read_metadata(good, sizeof good, &good_length), PINSTRIPE_OK, what);
  check(good_length > 300, what, "metadata", (long long)good_length);
  for (n = 0; !is_done && n < 1000; n++) {
    int32_t status;
    calls_left = -1;
    expect(open_track(), PINSTRIPE_OK, what);
    calls_left = n;
    status = read_metadata(out, sizeof out, &length);
    is_done = calls_left >= 0;
    expect(status, is_done ? PINSTRIPE_OK : wanted, what);
    if (is_done)
      check(length == good_length && memcmp(out, good, length) == 0, what, "contents", n);
    calls_left = -1;
    /* The music plays all the same. */
    memset(out, 0xA5, 100);
    status = pinstripe_xor_at(&decoder, 0, file.bytes + 4096, out, 100);
    check(status == PINSTRIPE_OK && memcmp(out, file.bytes + 4096, 100) != 0, what, "playing", n);
    pinstripe_wipe(&decoder);
  }
  check(is_done && n > 15, what, "calls", n);
}

static void wrong_calls(void) {
  pinstripe_field field = {sizeof field, PINSTRIPE_ABI_VERSION, 0, 0, 0, 0};
  pinstripe_section section = section_of(PINSTRIPE_SECTION_METADATA), purchaser;
  expect(pinstripe_section_read(&decoder, &section, 0, buffer, 1), PINSTRIPE_E_ARGUMENT, "not open");
  expect(open_track(), PINSTRIPE_OK, "open");
  section.offset = 4096;
  section.length = 100;
  expect(pinstripe_section_read(&decoder, &section, 0, buffer, 1), PINSTRIPE_E_ARGUMENT, "not begun");
  expect(pinstripe_metadata_next(&decoder, &section, &field), PINSTRIPE_E_ARGUMENT, "not begun, next");
  expect(pinstripe_section_begin(&decoder, 2, buffer, 63, &section), PINSTRIPE_E_ARGUMENT, "63 bytes");
  expect(pinstripe_section_begin(&decoder, 2, NULL, 64, &section), PINSTRIPE_E_ARGUMENT, "no buffer");
  expect(pinstripe_section_begin(&decoder, 2, buffer, 64, NULL), PINSTRIPE_E_ARGUMENT, "no section");
  expect(pinstripe_section_begin(&decoder, 1, buffer, 64, &section), PINSTRIPE_E_ARGUMENT, "the map");
  expect(pinstripe_section_begin(&decoder, 4, buffer, 64, &section), PINSTRIPE_E_ARGUMENT, "rights");
  section.struct_size--;
  expect(pinstripe_section_begin(&decoder, 2, buffer, 64, &section), PINSTRIPE_E_ABI, "another size");
  expect(begin(PINSTRIPE_SECTION_METADATA, &section), PINSTRIPE_OK, "metadata");
  expect(pinstripe_section_read(&decoder, &section, 0, NULL, 1), PINSTRIPE_E_ARGUMENT, "no out");
  expect(pinstripe_section_read(&decoder, &section, section.length, buffer, 0), PINSTRIPE_OK, "0 bytes");
  expect(pinstripe_section_read(&decoder, &section, UINT32_MAX, buffer, 1), PINSTRIPE_E_RANGE, "far");
  check(pinstripe_section_read(&decoder, &section, 1, buffer, SIZE_MAX) != PINSTRIPE_OK, "sections",
        "a length without end", 0);
  field.abi_version++;
  expect(pinstripe_metadata_next(&decoder, &section, &field), PINSTRIPE_E_ABI, "a later field");
  /* Another section takes the key's place: no noise from this one any more. */
  expect(begin(PINSTRIPE_SECTION_PURCHASER, &purchaser), PINSTRIPE_OK, "purchaser");
  expect(pinstripe_section_read(&decoder, &section, 0, buffer, 1), PINSTRIPE_E_ARGUMENT, "the former");
  expect(pinstripe_section_read(&decoder, &purchaser, 0, buffer, 5), PINSTRIPE_OK, "the latter");
  check(memcmp(buffer, "order", 5) == 0, "sections", "the purchaser", buffer[0]);
  expect(pinstripe_metadata_next(&decoder, &purchaser, &field), PINSTRIPE_E_ARGUMENT, "no fields");
  expect(pinstripe_xor_at(&decoder, 0, buffer, buffer, 1), PINSTRIPE_OK, "playing");
  expect(begin(PINSTRIPE_SECTION_METADATA, &section), PINSTRIPE_E_ARGUMENT, "too late");
  expect(pinstripe_section_read(&decoder, &purchaser, 1, buffer, 4), PINSTRIPE_OK, "while playing");
  check(memcmp(buffer, "rder", 4) == 0, "sections", "the purchaser while playing", buffer[0]);
  pinstripe_wipe(&decoder);
  expect(pinstripe_section_read(&decoder, &purchaser, 0, buffer, 1), PINSTRIPE_E_ARGUMENT, "wiped");
}

int main(int count, char **arguments) {
  struct file keybox;
  if (count != 2) return 64;
  file = load(arguments[1], "sections.pst");
  keybox = load(arguments[1], "device.keybox");
  expect(use_keybox(&keybox, 1, &keys, &real, &box, &recipient), PINSTRIPE_OK, "the keybox");
  provider = real;
  storage = storage_of(&file);
  wrong_calls();
  storage.read = read_failing;
  fail_each_call(PINSTRIPE_E_STORAGE, "a failing storage");
  storage.read = read_file;
  fail_provider(&provider, &real);
  fail_each_call(PINSTRIPE_E_PROVIDER, "a failing provider");
  keys_close(&keys);
  close_file(&file);
  close_file(&keybox);
  return report();
}
