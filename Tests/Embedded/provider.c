/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * What pinstripe_decoder.h demands of a provider, of any: known answers, positions, and refusals.
 * (That it computes the rest rightly, the vectors tell.)
 */
#include "harness.h"

static keys_state keys;
static pinstripe_provider table;

static void expect(int32_t status, int32_t wanted, const char *what) {
  check(status == wanted, "provider", what, status);
}

/* RFC 3394 section 4.6: 256 bits of key data with a 256-bit key. */
static void known_wrap(void) {
  static const uint8_t wrapped[40] = {0x28, 0xC9, 0xF4, 0x04, 0xC4, 0xB8, 0x10, 0xF4, 0xCB, 0xCC,
                                      0xB3, 0x5C, 0xFB, 0x87, 0xF8, 0x26, 0x3F, 0x57, 0x86, 0xE2,
                                      0xD8, 0x0E, 0xD3, 0x26, 0xCB, 0xC7, 0xF0, 0xE7, 0x1A, 0x99,
                                      0xF4, 0x3B, 0xFB, 0x98, 0x8B, 0x9B, 0x7A, 0x02, 0xDD, 0x21};
  static const uint8_t data[32] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xAA,
                                   0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05,
                                   0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F};
  uint8_t key[32], edited[40], own[64], unwrapped[64];
  uint32_t bit;
  for (bit = 0; bit < 32; bit++) key[bit] = (uint8_t)bit;
  expect(keys_load(&keys, 10, key), PINSTRIPE_OK, "a key");
  expect(table.unwrap(table.state, 10, wrapped, 3), PINSTRIPE_OK, "RFC 3394 section 4.6");
  expect(keys_load(&keys, 4, data), PINSTRIPE_OK, "another key");
  expect(table.keystream(table.state, 3, 1, 0, unwrapped, 1), 1, "keystream of what was unwrapped");
  expect(table.keystream(table.state, 4, 1, 0, own, 1), 1, "keystream of what was wrapped");
  check(memcmp(own, unwrapped, sizeof own) == 0, "provider", "the unwrapped key", 0);
  for (bit = 0; bit < 320; bit += 13) {
    memcpy(edited, wrapped, sizeof edited);
    edited[bit / 8] ^= (uint8_t)(1u << bit % 8);
    expect(table.unwrap(table.state, 10, edited, 3), PINSTRIPE_E_UNWRAP, "an edited wrap");
  }
  expect(table.keystream(table.state, 3, 1, 0, own, 1), 1, "a place after refused wraps");
  check(memcmp(own, unwrapped, sizeof own) == 0, "provider", "a refused wrap changed a place", 0);
}

/* The zero key: RFC 8439 section A.1, vectors 1 and 2, and AES-128 of zeros (NIST SP 800-38A's way). */
static void known_keystreams(void) {
  static const uint8_t chacha20[2][8] = {{0x76, 0xB8, 0xE0, 0xAD, 0xA0, 0xF1, 0x3D, 0x90},
                                         {0x9F, 0x07, 0xE7, 0xBE, 0x55, 0x51, 0x38, 0x7A}};
  static const uint8_t aes[8] = {0x66, 0xE9, 0x4B, 0xD4, 0xEF, 0x8A, 0x2C, 0x3B};
  uint8_t out[128];
  expect(table.keystream(table.state, 0, 1, 0, out, 2), 2, "ChaCha20");
  check(memcmp(out, chacha20[0], 8) == 0 && memcmp(out + 64, chacha20[1], 8) == 0, "provider",
        "RFC 8439 section A.1", 0);
  expect(table.keystream(table.state, 0, 2, 0, out, 1), 1, "AES-128-CTR");
  check(memcmp(out, aes, 8) == 0, "provider", "AES-128 of zeros", 0);
}

/* Any position in any order is what a single long request gives there; also across the place where a
 * 32-bit counter of AES-CTR's blocks would carry. */
static void positions(uint32_t suite, uint64_t start) {
  enum { ROOM = 40960 };
  static uint8_t whole[ROOM], piece[ROOM];
  uint32_t size = suite == 1 ? 64 : 16, all = ROOM / size;
  int round;
  expect(table.keystream(table.state, 10, suite, start, whole, all), (int32_t)all, "a long request");
  for (round = 0; round < 60; round++) {
    uint32_t at = (uint32_t)random_below(all), count = 1 + (uint32_t)random_below(all - at);
    uint32_t place = round % 7 == 6 ? 0 : 10; /* another key between */
    if (round % 3 != 0 && count > 8) count = 1 + count % 8;
    memset(piece, 0xEE, sizeof piece);
    expect(table.keystream(table.state, place, suite, start + at, piece, count), (int32_t)count,
           "a position");
    check(place == 0 || memcmp(piece, whole + at * size, count * size) == 0, "provider",
          "keystream at a position", (long long)at);
    check(count * size == ROOM || piece[count * size] == 0xEE, "provider", "too much keystream", at);
  }
}

static void refusals(void) {
  static const uint32_t bad[] = {PINSTRIPE_KEY_PLACES, 31, 32, 33, 0x80000000u, UINT32_MAX};
  uint8_t bytes[64] = {1}, tag[32];
  size_t index;
  for (index = 0; index < sizeof bad / sizeof *bad; index++) {
    expect(keys_load(&keys, bad[index], bytes), PINSTRIPE_E_ARGUMENT, "loading out of range");
    check(table.derive(table.state, bad[index], NULL, 0, bytes, 1, 1) != PINSTRIPE_OK, "provider",
          "deriving from out of range", bad[index]);
    check(table.derive(table.state, 10, NULL, 0, bytes, 1, bad[index]) != PINSTRIPE_OK, "provider",
          "deriving to out of range", bad[index]);
    check(table.mac_begin(table.state, bad[index]) != PINSTRIPE_OK, "provider", "a MAC", bad[index]);
    check(table.keystream(table.state, bad[index], 1, 0, bytes, 1) < 0, "provider", "keystream",
          bad[index]);
    table.discard(table.state, bad[index]);
  }
  expect(keys_load(&keys, 0, bytes), PINSTRIPE_E_ARGUMENT, "writing place 0");
  check(table.keystream(table.state, 20, 1, 0, bytes, 1) < 0, "provider", "an empty place", 0);
  check(table.keystream(table.state, 10, 3, 0, bytes, 1) < 0, "provider", "an unknown suite", 0);
  check(table.keystream(table.state, 10, 1, (uint64_t)1 << 32, bytes, 1) < 0, "provider",
        "ChaCha20's counter wraps", 0);
  check(table.keystream(table.state, 10, 1, 0xFFFFFFFFu, bytes, 1) == 1, "provider",
        "ChaCha20's last block", 0);
  check(table.derive(table.state, 10, bytes, 31, bytes, 1, 5) != PINSTRIPE_OK, "provider",
        "a salt of 31 bytes", 0);
  check(table.mac_finish(table.state, tag) != PINSTRIPE_OK, "provider", "finishing no MAC", 0);
  expect(table.mac_begin(table.state, 10), PINSTRIPE_OK, "a MAC");
  table.discard(table.state, 10);
  check(table.mac_finish(table.state, tag) != PINSTRIPE_OK, "provider",
        "a MAC whose key was discarded", 0);
  check(table.keystream(table.state, 10, 1, 0, bytes, 1) < 0, "provider", "a discarded key", 0);
}

int main(void) {
  int32_t status = keys_open(&keys, &table);
  if (status == PINSTRIPE_E_PROVIDER) {
    printf("skipped: this machine does not have the provider's cryptography\n");
    return 77;
  }
  expect(status, PINSTRIPE_OK, "opening");
  expect((int32_t)table.struct_size, (int32_t)sizeof table, "the table's size");
  known_wrap();
  known_keystreams();
  positions(1, 0);
  positions(1, 0x10000);
  positions(2, 0);
  positions(2, 0xFFFFFF00u);
  positions(2, 0xFFFFFFFFFF00u);
  refusals();
  keys_close(&keys);
  check(is_zero(&keys, sizeof keys), "provider", "something is left", 0);
  keys_close(&keys);
  return report();
}
