/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * The provider table over a library's primitives. To be included by one C file of a
 * provider and by nothing else; all of it is static, so several providers can be
 * linked into one program.
 */
#ifndef PINSTRIPE_PLACES_TABLE_H
#define PINSTRIPE_PLACES_TABLE_H

#include <string.h>

#include "pinstripe_places.h"

#define PLACES_KEY 32u
#define PLACES_NONE PINSTRIPE_KEY_PLACES
#define PLACES_MAXIMUM_INFO 64u
#define PLACES_WRAP 40u

static const uint8_t places_zero[PLACES_KEY];

/* ---- Places ---- */

static int places_hold(const pinstripe_places *places, uint32_t place) {
  return place < PINSTRIPE_KEY_PLACES && (places->loaded >> place & 1u) != 0;
}

static int places_is_writable(uint32_t place) {
  return place != PINSTRIPE_KEY_ZERO && place < PINSTRIPE_KEY_PLACES;
}

static void places_forget_stream(pinstripe_places *places, uint32_t suite) {
  places->primitives->stream_forget(places->library, suite);
  places->stream_place[suite - 1] = PLACES_NONE;
}

/* Makes the library's contexts forget the key of a place that is about to change. */
static void places_drop(pinstripe_places *places, uint32_t place) {
  uint32_t suite;
  for (suite = 1; suite <= 2; suite++)
    if (places->stream_place[suite - 1] == place) places_forget_stream(places, suite);
  if (places->mac_place == place) {
    (void)places->primitives->mac_begin(places->library, places_zero);
    places->mac_place = PLACES_NONE;
    places->mac_open = 0;
  }
}

static void places_store(pinstripe_places *places, uint32_t place, const uint8_t *key32) {
  places_drop(places, place);
  memcpy(places->keys[place], key32, PLACES_KEY);
  places->loaded |= (uint32_t)1 << place;
}

static void places_discard(void *opaque, uint32_t place) {
  pinstripe_places *places = (pinstripe_places *)opaque;
  if (places == NULL || places->primitives == NULL || !places_is_writable(place)) return;
  places_drop(places, place);
  places->primitives->wipe(places->keys[place], PLACES_KEY);
  places->loaded &= ~((uint32_t)1 << place);
}

/* ---- Derivation ---- */

static int32_t places_derive(void *opaque, uint32_t parent, const uint8_t *salt,
                             uint32_t salt_length, const uint8_t *info,
                             uint32_t info_length, uint32_t child) {
  pinstripe_places *places = (pinstripe_places *)opaque;
  uint8_t key[PLACES_KEY];
  int done;
  if (places == NULL || !places_hold(places, parent) || !places_is_writable(child))
    return PINSTRIPE_E_ARGUMENT;
  if (info == NULL || info_length > PLACES_MAXIMUM_INFO) return PINSTRIPE_E_ARGUMENT;
  if (salt_length != 0 && (salt_length != PLACES_KEY || salt == NULL))
    return PINSTRIPE_E_ARGUMENT;
  /* OpenSSL 3.0 fails on an absent salt; RFC 5869 section 2.2 means these zeros. */
  if (salt_length == 0) salt = places_zero;
  done = places->primitives->hkdf(places->library, places->keys[parent], salt, info,
                                  info_length, key);
  if (done) places_store(places, child, key);
  places->primitives->wipe(key, sizeof key);
  return done ? PINSTRIPE_OK : PINSTRIPE_E_PROVIDER;
}

/* ---- Unwrapping ---- */

/* RFC 3394 section 2.2.2 for n = 4 blocks of 8 bytes, index-based form: `a` is A,
 * `r` is R[1..4]. Returns 0 when the cipher failed. */
static int places_unwrap_blocks(pinstripe_places *places, uint8_t a[8],
                                uint8_t r[PLACES_KEY]) {
  uint8_t b[16];
  uint32_t step;
  int done = 1;
  for (step = 4 * 6; step > 0 && done; step--) {
    uint8_t *block = r + 8 * ((step - 1) % 4);
    memcpy(b, a, 8);
    b[7] = (uint8_t)(b[7] ^ step); /* t = n * j + i is at most 24 */
    memcpy(b + 8, block, 8);
    done = places->primitives->block_decrypt(places->library, b, b);
    if (done) {
      memcpy(a, b, 8);
      memcpy(block, b + 8, 8);
    }
  }
  places->primitives->wipe(b, sizeof b);
  return done;
}

static int32_t places_unwrap(void *opaque, uint32_t wrapping, const uint8_t *wrapped,
                             uint32_t child) {
  pinstripe_places *places = (pinstripe_places *)opaque;
  uint8_t a[8], r[PLACES_KEY], difference = 0;
  uint32_t index;
  int32_t status = PINSTRIPE_E_PROVIDER;
  if (places == NULL || wrapped == NULL || !places_hold(places, wrapping) ||
      !places_is_writable(child))
    return PINSTRIPE_E_ARGUMENT;
  memcpy(a, wrapped, sizeof a);
  memcpy(r, wrapped + sizeof a, PLACES_WRAP - sizeof a);
  if (places->primitives->block_key(places->library, places->keys[wrapping]) &&
      places_unwrap_blocks(places, a, r)) {
    /* The initial value of section 2.2.3.1, compared in constant time. */
    for (index = 0; index < sizeof a; index++) difference |= (uint8_t)(a[index] ^ 0xA6);
    status = PINSTRIPE_E_UNWRAP;
    if (difference == 0) {
      places_store(places, child, r);
      status = PINSTRIPE_OK;
    }
  }
  places->primitives->block_forget(places->library);
  places->primitives->wipe(a, sizeof a);
  places->primitives->wipe(r, sizeof r);
  return status;
}

/* ---- MAC ---- */

static int32_t places_mac_begin(void *opaque, uint32_t place) {
  pinstripe_places *places = (pinstripe_places *)opaque;
  if (places == NULL || !places_hold(places, place)) return PINSTRIPE_E_ARGUMENT;
  places->mac_place = place;
  places->mac_open =
      places->primitives->mac_begin(places->library, places->keys[place]) ? 1 : 0;
  return places->mac_open ? PINSTRIPE_OK : PINSTRIPE_E_PROVIDER;
}

static int32_t places_mac_update(void *opaque, const uint8_t *bytes, size_t length) {
  pinstripe_places *places = (pinstripe_places *)opaque;
  if (places == NULL || !places->mac_open || (bytes == NULL && length != 0))
    return PINSTRIPE_E_ARGUMENT;
  if (length == 0 || places->primitives->mac_update(places->library, bytes, length))
    return PINSTRIPE_OK;
  places->mac_open = 0;
  return PINSTRIPE_E_PROVIDER;
}

static int32_t places_mac_finish(void *opaque, uint8_t *tag32) {
  pinstripe_places *places = (pinstripe_places *)opaque;
  if (places == NULL || tag32 == NULL || !places->mac_open) return PINSTRIPE_E_ARGUMENT;
  places->mac_open = 0;
  return places->primitives->mac_finish(places->library, tag32) ? PINSTRIPE_OK
                                                                : PINSTRIPE_E_PROVIDER;
}

/* ---- Keystream ---- */

static int places_is_in_range(uint32_t suite, uint64_t first, uint32_t count) {
  if (suite == PINSTRIPE_SUITE_CHACHA20)
    return first <= (uint64_t)1 << 32 && count <= ((uint64_t)1 << 32) - first;
  return suite == PINSTRIPE_SUITE_AES_128_CTR && count <= UINT64_MAX - first;
}

/* One piece at a position, under the key of a place, doing as little as needed. */
static int places_piece(pinstripe_places *places, uint32_t place, uint32_t suite,
                        uint64_t index, uint8_t *out, size_t length) {
  const pinstripe_primitives *primitives = places->primitives;
  uint32_t slot = suite - 1, byte;
  uint8_t iv[16];
  int moved = places->stream_place[slot] != place || places->stream_next[slot] != index;
  if (places->stream_place[slot] != place) {
    if (!primitives->stream_key(places->library, suite, places->keys[place])) return 0;
    places->stream_place[slot] = place;
  }
  memset(iv, 0, sizeof iv);
  for (byte = 0; byte < 8; byte++) {
    uint8_t value = (uint8_t)(index >> (8 * byte));
    iv[suite == PINSTRIPE_SUITE_CHACHA20 ? byte : 15 - byte] = value;
  }
  return primitives->stream(places->library, suite, iv, moved, out, length);
}

static int32_t places_keystream(void *opaque, uint32_t place, uint32_t suite,
                                uint64_t first_block, uint8_t *out,
                                uint32_t block_count) {
  pinstripe_places *places = (pinstripe_places *)opaque;
  uint32_t shift = suite == PINSTRIPE_SUITE_CHACHA20 ? 6 : 4, left = block_count;
  if (places == NULL || out == NULL || !places_hold(places, place) ||
      block_count > INT32_MAX || block_count > SIZE_MAX >> shift ||
      !places_is_in_range(suite, first_block, block_count))
    return PINSTRIPE_E_ARGUMENT;
  while (left > 0) {
    uint32_t most = PINSTRIPE_PLACES_PIECE >> shift, blocks = left < most ? left : most;
    size_t length = (size_t)blocks << shift;
    if (!places_piece(places, place, suite, first_block, out, length)) {
      places_forget_stream(places, suite); /* its position is unknown now */
      return PINSTRIPE_E_PROVIDER;
    }
    first_block += blocks;
    places->stream_next[suite - 1] = first_block;
    out += length;
    left -= blocks;
  }
  return (int32_t)block_count;
}

/* ---- Life ---- */

/* Prepares `places`, whatever it held, over `library`, and fills `table`. */
static void places_prepare(pinstripe_places *places, const pinstripe_primitives *primitives,
                           void *library, pinstripe_provider *table) {
  memset(places, 0, sizeof *places);
  places->primitives = primitives;
  places->library = library;
  places->loaded = (uint32_t)1 << PINSTRIPE_KEY_ZERO;
  places->stream_place[0] = PLACES_NONE;
  places->stream_place[1] = PLACES_NONE;
  places->mac_place = PLACES_NONE;
  memset(table, 0, sizeof *table);
  table->struct_size = (uint32_t)sizeof *table;
  table->abi_version = PINSTRIPE_ABI_VERSION;
  table->state = places;
  table->derive = places_derive;
  table->unwrap = places_unwrap;
  table->mac_begin = places_mac_begin;
  table->mac_update = places_mac_update;
  table->mac_finish = places_mac_finish;
  table->keystream = places_keystream;
  table->discard = places_discard;
}

static int32_t places_load_key(pinstripe_places *places, uint32_t place,
                               const uint8_t *key32) {
  if (places->primitives == NULL || key32 == NULL || !places_is_writable(place))
    return PINSTRIPE_E_ARGUMENT;
  places_store(places, place, key32);
  return PINSTRIPE_OK;
}

#endif /* PINSTRIPE_PLACES_TABLE_H */
