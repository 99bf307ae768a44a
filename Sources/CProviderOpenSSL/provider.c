/* SPDX-License-Identifier: Apache-2.0 OR MIT */
/* The provider table: key places, argument checks, key unwrapping, positions. */
#include "pinstripe_openssl.h"

#include <openssl/crypto.h>
#include <string.h>

#include "primitives.h"

#define KEY_SIZE 32u
#define NO_PLACE PINSTRIPE_KEY_PLACES
#define MAXIMUM_INFO 64u
#define WRAP_SIZE 40u
/* Keystream is encrypted zeros, taken from here: zeroing the caller's buffer first
 * would be a second pass over it. */
#define STREAM_PIECE 4096u

static const uint8_t zero_bytes[STREAM_PIECE];

/* ---- Places ---- */

static int holds_key(const pinstripe_openssl_state *state, uint32_t place) {
  return place < PINSTRIPE_KEY_PLACES && (state->loaded >> place & 1u) != 0;
}

static int is_writable(uint32_t place) {
  return place != PINSTRIPE_KEY_ZERO && place < PINSTRIPE_KEY_PLACES;
}

/* Makes libcrypto's contexts forget the key of a place that is about to change. */
static void drop_contexts(pinstripe_openssl_state *state, uint32_t place) {
  uint32_t suite;
  for (suite = 0; suite < 2; suite++) {
    if (state->stream_place[suite] != place) continue;
    pinstripe_ossl_cipher_reset(state->stream[suite]);
    state->stream_place[suite] = NO_PLACE;
  }
  if (state->mac_place == place) {
    (void)pinstripe_ossl_mac_begin(state->mac, zero_bytes);
    state->mac_place = NO_PLACE;
    state->mac_open = 0;
  }
}

static void store_key(pinstripe_openssl_state *state, uint32_t place,
                      const uint8_t *key32) {
  drop_contexts(state, place);
  memcpy(state->keys[place], key32, KEY_SIZE);
  state->loaded |= (uint32_t)1 << place;
}

static void discard(void *opaque, uint32_t place) {
  pinstripe_openssl_state *state = opaque;
  if (state == NULL || !is_writable(place)) return;
  drop_contexts(state, place);
  OPENSSL_cleanse(state->keys[place], KEY_SIZE);
  state->loaded &= ~((uint32_t)1 << place);
}

/* ---- Derivation ---- */

static int32_t derive(void *opaque, uint32_t parent, const uint8_t *salt,
                      uint32_t salt_length, const uint8_t *info, uint32_t info_length,
                      uint32_t child) {
  pinstripe_openssl_state *state = opaque;
  uint8_t key[KEY_SIZE];
  int done;
  if (state == NULL || !holds_key(state, parent) || !is_writable(child))
    return PINSTRIPE_E_ARGUMENT;
  if (info == NULL || info_length > MAXIMUM_INFO) return PINSTRIPE_E_ARGUMENT;
  if (salt_length != 0 && (salt_length != KEY_SIZE || salt == NULL))
    return PINSTRIPE_E_ARGUMENT;
  /* OpenSSL 3.0 fails on an absent salt; RFC 5869 section 2.2 means these zeros. */
  if (salt_length == 0) salt = zero_bytes;
  if (state->kdf == NULL) state->kdf = pinstripe_ossl_kdf_new();
  if (state->kdf == NULL) return PINSTRIPE_E_PROVIDER;
  done = pinstripe_ossl_hkdf(state->kdf, state->keys[parent], salt, info, info_length, key);
  if (done) store_key(state, child, key);
  OPENSSL_cleanse(key, sizeof key);
  return done ? PINSTRIPE_OK : PINSTRIPE_E_PROVIDER;
}

/* ---- Unwrapping ---- */

/* RFC 3394 section 2.2.2 for n = 4 blocks of 8 bytes, index-based form: `a` is A,
 * `r` is R[1..4]. Returns 0 when the cipher failed. */
static int unwrap_blocks(void *cipher, uint8_t a[8], uint8_t r[KEY_SIZE]) {
  uint8_t b[16];
  uint32_t step;
  int done = 1;
  for (step = 4 * 6; step > 0 && done; step--) {
    uint8_t *block = r + 8 * ((step - 1) % 4);
    memcpy(b, a, 8);
    b[7] = (uint8_t)(b[7] ^ step); /* t = n * j + i is at most 24 */
    memcpy(b + 8, block, 8);
    done = pinstripe_ossl_block_decrypt(cipher, b, b);
    if (done) {
      memcpy(a, b, 8);
      memcpy(block, b + 8, 8);
    }
  }
  OPENSSL_cleanse(b, sizeof b);
  return done;
}

static int32_t unwrap(void *opaque, uint32_t wrapping, const uint8_t *wrapped,
                      uint32_t child) {
  static const uint8_t initial_value[8] = {0xA6, 0xA6, 0xA6, 0xA6,
                                           0xA6, 0xA6, 0xA6, 0xA6};
  pinstripe_openssl_state *state = opaque;
  uint8_t a[8];
  uint8_t r[KEY_SIZE];
  int32_t status = PINSTRIPE_E_PROVIDER;
  if (state == NULL || wrapped == NULL || !holds_key(state, wrapping) ||
      !is_writable(child))
    return PINSTRIPE_E_ARGUMENT;
  if (state->block == NULL) state->block = pinstripe_ossl_cipher_new();
  if (state->block == NULL) return PINSTRIPE_E_PROVIDER;
  memcpy(a, wrapped, sizeof a);
  memcpy(r, wrapped + sizeof a, WRAP_SIZE - sizeof a);
  if (pinstripe_ossl_block_key(state->block, state->keys[wrapping]) &&
      unwrap_blocks(state->block, a, r)) {
    status = PINSTRIPE_E_UNWRAP;
    if (CRYPTO_memcmp(a, initial_value, sizeof a) == 0) {
      store_key(state, child, r);
      status = PINSTRIPE_OK;
    }
  }
  pinstripe_ossl_cipher_reset(state->block);
  OPENSSL_cleanse(a, sizeof a);
  OPENSSL_cleanse(r, sizeof r);
  return status;
}

/* ---- MAC ---- */

static int32_t mac_begin(void *opaque, uint32_t place) {
  pinstripe_openssl_state *state = opaque;
  if (state == NULL || !holds_key(state, place)) return PINSTRIPE_E_ARGUMENT;
  if (state->mac == NULL) state->mac = pinstripe_ossl_mac_new();
  if (state->mac == NULL) return PINSTRIPE_E_PROVIDER;
  state->mac_place = place;
  state->mac_open = pinstripe_ossl_mac_begin(state->mac, state->keys[place]) ? 1 : 0;
  return state->mac_open ? PINSTRIPE_OK : PINSTRIPE_E_PROVIDER;
}

static int32_t mac_update(void *opaque, const uint8_t *bytes, size_t length) {
  pinstripe_openssl_state *state = opaque;
  if (state == NULL || !state->mac_open || (bytes == NULL && length != 0))
    return PINSTRIPE_E_ARGUMENT;
  if (length == 0 || pinstripe_ossl_mac_update(state->mac, bytes, length))
    return PINSTRIPE_OK;
  state->mac_open = 0;
  return PINSTRIPE_E_PROVIDER;
}

static int32_t mac_finish(void *opaque, uint8_t *tag32) {
  pinstripe_openssl_state *state = opaque;
  if (state == NULL || tag32 == NULL || !state->mac_open) return PINSTRIPE_E_ARGUMENT;
  state->mac_open = 0;
  return pinstripe_ossl_mac_finish(state->mac, tag32) ? PINSTRIPE_OK
                                                      : PINSTRIPE_E_PROVIDER;
}

/* ---- Keystream ---- */

/* The IV that makes `index` the next block: ChaCha20 has the block counter, 32
 * bits little-endian, before a nonce of 96 bits (RFC 8439 section 2.3); AES-CTR a
 * 128-bit big-endian counter. */
static void initial_vector(uint32_t suite, uint64_t index, uint8_t iv[16]) {
  uint32_t byte;
  memset(iv, 0, 16);
  for (byte = 0; byte < 8; byte++) {
    uint8_t value = (uint8_t)(index >> (8 * byte));
    iv[suite == PINSTRIPE_SUITE_CHACHA20 ? byte : 15 - byte] = value;
  }
}

/* Brings the suite's context to a key and a position, doing as little as needed:
 * nothing when it goes on where it stopped. Returns null on failure. */
static void *stream_at(pinstripe_openssl_state *state, uint32_t place, uint32_t suite,
                       uint64_t index) {
  uint32_t slot = suite - 1;
  uint8_t iv[16];
  int done;
  if (state->stream[slot] == NULL) state->stream[slot] = pinstripe_ossl_cipher_new();
  if (state->stream[slot] == NULL) return NULL;
  if (state->stream_place[slot] == place && state->stream_next[slot] == index)
    return state->stream[slot];
  initial_vector(suite, index, iv);
  if (state->stream_place[slot] == place)
    done = pinstripe_ossl_stream_seek(state->stream[slot], iv);
  else if (suite == PINSTRIPE_SUITE_CHACHA20)
    done = pinstripe_ossl_chacha20_key(state->stream[slot], state->keys[place], iv);
  else
    done = pinstripe_ossl_aes128_ctr_key(state->stream[slot], state->keys[place], iv);
  state->stream_place[slot] = place;
  state->stream_next[slot] = index;
  return done ? state->stream[slot] : NULL;
}

static int range_is_allowed(uint32_t suite, uint64_t first, uint32_t count) {
  if (suite == PINSTRIPE_SUITE_CHACHA20)
    return first <= (uint64_t)1 << 32 && count <= ((uint64_t)1 << 32) - first;
  return suite == PINSTRIPE_SUITE_AES_128_CTR && count <= UINT64_MAX - first;
}

static int32_t keystream(void *opaque, uint32_t place, uint32_t suite,
                         uint64_t first_block, uint8_t *out, uint32_t block_count) {
  pinstripe_openssl_state *state = opaque;
  size_t block_size = suite == PINSTRIPE_SUITE_CHACHA20 ? 64 : 16;
  size_t left;
  void *stream;
  if (state == NULL || out == NULL || !holds_key(state, place) ||
      block_count > INT32_MAX || block_count > SIZE_MAX / block_size ||
      !range_is_allowed(suite, first_block, block_count))
    return PINSTRIPE_E_ARGUMENT;
  stream = stream_at(state, place, suite, first_block);
  left = block_size * block_count;
  while (stream != NULL && left > 0) {
    size_t piece = left < STREAM_PIECE ? left : STREAM_PIECE;
    if (!pinstripe_ossl_stream(stream, out, zero_bytes, piece)) stream = NULL;
    out += piece;
    left -= piece;
  }
  if (stream == NULL) {
    /* Its position is unknown now. */
    pinstripe_ossl_cipher_reset(state->stream[suite - 1]);
    state->stream_place[suite - 1] = NO_PLACE;
    return PINSTRIPE_E_PROVIDER;
  }
  state->stream_next[suite - 1] = first_block + block_count;
  return (int32_t)block_count;
}

/* ---- Life ---- */

int32_t pinstripe_openssl_provider(pinstripe_openssl_state *state,
                                   pinstripe_provider *table) {
  if (state == NULL || table == NULL) return PINSTRIPE_E_ARGUMENT;
  memset(state, 0, sizeof *state);
  state->loaded = (uint32_t)1 << PINSTRIPE_KEY_ZERO;
  state->stream_place[0] = NO_PLACE;
  state->stream_place[1] = NO_PLACE;
  state->mac_place = NO_PLACE;
  memset(table, 0, sizeof *table);
  table->struct_size = (uint32_t)sizeof *table;
  table->abi_version = PINSTRIPE_ABI_VERSION;
  table->state = state;
  table->derive = derive;
  table->unwrap = unwrap;
  table->mac_begin = mac_begin;
  table->mac_update = mac_update;
  table->mac_finish = mac_finish;
  table->keystream = keystream;
  table->discard = discard;
  return PINSTRIPE_OK;
}

int32_t pinstripe_openssl_load_key(pinstripe_openssl_state *state, uint32_t place,
                                   const uint8_t *key32) {
  if (state == NULL || key32 == NULL || !is_writable(place)) return PINSTRIPE_E_ARGUMENT;
  store_key(state, place, key32);
  return PINSTRIPE_OK;
}

int32_t pinstripe_openssl_copy_key(const pinstripe_openssl_state *state, uint32_t place,
                                   uint8_t *out32) {
  if (state == NULL || out32 == NULL || !holds_key(state, place))
    return PINSTRIPE_E_ARGUMENT;
  memcpy(out32, state->keys[place], KEY_SIZE);
  return PINSTRIPE_OK;
}

void pinstripe_openssl_destroy(pinstripe_openssl_state *state) {
  uint32_t suite;
  if (state == NULL) return;
  pinstripe_ossl_kdf_free(state->kdf);
  pinstripe_ossl_mac_free(state->mac);
  pinstripe_ossl_cipher_free(state->block);
  for (suite = 0; suite < 2; suite++) pinstripe_ossl_cipher_free(state->stream[suite]);
  OPENSSL_cleanse(state, sizeof *state);
}
