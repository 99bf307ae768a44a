/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * pinstripe_places.h - what all providers in software share: key places, checks
 * of arguments, RFC 3394, and positions in a keystream.
 *
 * A provider is a C file over a library. It fills a pinstripe_primitives with
 * functions of that library, and pinstripe_places_table.h makes of them the table
 * of pinstripe_decoder.h. Nothing here allocates.
 */
#ifndef PINSTRIPE_PLACES_H
#define PINSTRIPE_PLACES_H

#include "pinstripe_decoder.h"

/** What a library must be able to do. `library` is passed back unread. Functions
 *  return 1 on success and 0 on failure; a library that answers late or short has
 *  failed. */
typedef struct pinstripe_primitives {
  /** HKDF-SHA256 (RFC 5869), 32 bytes out. */
  int (*hkdf)(void *library, const uint8_t *key32, const uint8_t *salt32,
              const uint8_t *info, size_t info_length, uint8_t *out32);
  /** HMAC-SHA256 (RFC 2104). Beginning overwrites the former key. */
  int (*mac_begin)(void *library, const uint8_t *key32);
  int (*mac_update)(void *library, const uint8_t *bytes, size_t length);
  int (*mac_finish)(void *library, uint8_t *tag32);
  /** AES-256, one block backwards; `in16` and `out16` may be the same. */
  int (*block_key)(void *library, const uint8_t *key32);
  int (*block_decrypt)(void *library, const uint8_t *in16, uint8_t *out16);
  void (*block_forget)(void *library);
  /** Takes a key for a suite; AES-128 has its first 16 bytes. */
  int (*stream_key)(void *library, uint32_t suite, const uint8_t *key32);
  /** Writes keystream, which is encrypted zeros, to `out`: whole blocks, at most
   *  PINSTRIPE_PLACES_PIECE bytes.
   *  `iv16` is the place of the first one, ChaCha20's 32-bit little-endian counter
   *  before its nonce, or AES-CTR's 128-bit big-endian counter. `moved` is 0 when
   *  the last call for this suite ended there. */
  int (*stream)(void *library, uint32_t suite, const uint8_t *iv16, int moved,
                uint8_t *out, size_t length);
  void (*stream_forget)(void *library, uint32_t suite);
  /** Overwrites, so that no compiler drops it. */
  void (*wipe)(void *bytes, size_t length);
} pinstripe_primitives;

/** Keystream is made in pieces that stay in the first-level cache between the two
 *  passes over them, zeroing and encrypting. */
#define PINSTRIPE_PLACES_PIECE 16384u

/** Keys, and where the library's contexts stand. The fields are the
 *  implementation's; read none. */
typedef struct pinstripe_places {
  uint8_t keys[PINSTRIPE_KEY_PLACES][32];
  uint64_t stream_next[2];  /* by suite: the block the context stands at */
  uint32_t stream_place[2]; /* by suite: the place whose key the context has */
  uint32_t mac_place;       /* the place whose key the MAC context has */
  uint32_t mac_open;        /* 1 between mac_begin and mac_finish */
  uint32_t loaded;          /* bit p: place p holds a key */
  uint32_t reserved;
  const pinstripe_primitives *primitives;
  void *library;
} pinstripe_places;

#endif /* PINSTRIPE_PLACES_H */
