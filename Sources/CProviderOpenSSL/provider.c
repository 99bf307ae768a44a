/* SPDX-License-Identifier: Apache-2.0 OR MIT */
/* The provider over libcrypto: its ciphers, which are the same in 1.1.1 and 3.x, and
 * the public functions. */
#include "pinstripe_openssl.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#include "pinstripe_places_table.h"
#include "primitives.h"

/* Contexts are made when they are first needed. */
static int is_there(void **context, void *(*make)(void)) {
  if (*context == NULL) *context = make();
  return *context != NULL;
}

static void *new_cipher(void) { return EVP_CIPHER_CTX_new(); }

static int hkdf(void *library, const uint8_t *key32, const uint8_t *salt32,
                const uint8_t *info, size_t info_length, uint8_t *out32) {
  pinstripe_openssl_state *state = library;
  return is_there(&state->kdf, pinstripe_ossl_kdf_new) &&
         pinstripe_ossl_hkdf(state->kdf, key32, salt32, info, info_length, out32);
}

static int mac_begin(void *library, const uint8_t *key32) {
  pinstripe_openssl_state *state = library;
  return is_there(&state->mac, pinstripe_ossl_mac_new) &&
         pinstripe_ossl_mac_begin(state->mac, key32);
}

static int mac_update(void *library, const uint8_t *bytes, size_t length) {
  return pinstripe_ossl_mac_update(((pinstripe_openssl_state *)library)->mac, bytes,
                                   length);
}

static int mac_finish(void *library, uint8_t *tag32) {
  return pinstripe_ossl_mac_finish(((pinstripe_openssl_state *)library)->mac, tag32);
}

static int block_key(void *library, const uint8_t *key32) {
  static const uint8_t zero_iv[16];
  pinstripe_openssl_state *state = library;
  return is_there(&state->block, new_cipher) &&
         EVP_DecryptInit_ex(state->block, EVP_aes_256_cbc(), NULL, key32, zero_iv) > 0 &&
         EVP_CIPHER_CTX_set_padding(state->block, 0) > 0;
}

static int block_decrypt(void *library, const uint8_t *in16, uint8_t *out16) {
  /* Under a zero IV the first block of CBC is the bare cipher. Eight copies of it
   * because on 32-bit ARM OpenSSL's table-free code takes eight blocks at least,
   * and in CBC only. */
  static const uint8_t zero_iv[16];
  pinstripe_openssl_state *state = library;
  uint8_t blocks[8 * 16];
  int written = 0;
  size_t copy;
  int done;
  for (copy = 0; copy < 8; copy++) memcpy(blocks + 16 * copy, in16, 16);
  done = EVP_DecryptInit_ex(state->block, NULL, NULL, NULL, zero_iv) > 0 &&
         EVP_DecryptUpdate(state->block, blocks, &written, blocks, (int)sizeof blocks) > 0 &&
         written == (int)sizeof blocks;
  if (done) memcpy(out16, blocks, 16);
  OPENSSL_cleanse(blocks, sizeof blocks);
  return done;
}

static void block_forget(void *library) {
  pinstripe_openssl_state *state = library;
  if (state->block != NULL) EVP_CIPHER_CTX_reset(state->block);
}

static int stream_key(void *library, uint32_t suite, const uint8_t *key32) {
  void **stream = &((pinstripe_openssl_state *)library)->stream[suite - 1];
  const EVP_CIPHER *cipher =
      suite == PINSTRIPE_SUITE_CHACHA20 ? EVP_chacha20() : EVP_aes_128_ctr();
  return is_there(stream, new_cipher) &&
         EVP_EncryptInit_ex(*stream, cipher, NULL, key32, NULL) > 0;
}

static int stream(void *library, uint32_t suite, const uint8_t *iv16, int moved,
                  uint8_t *out, size_t length) {
  /* Keystream is encrypted zeros, taken from here: zeroing `out` first would be a
   * second pass over it. */
  static const uint8_t zeros[4096];
  void *context = ((pinstripe_openssl_state *)library)->stream[suite - 1];
  int done = !moved || EVP_EncryptInit_ex(context, NULL, NULL, NULL, iv16) > 0;
  while (done && length > 0) {
    size_t piece = length < sizeof zeros ? length : sizeof zeros;
    int written = 0;
    done = EVP_EncryptUpdate(context, out, &written, zeros, (int)piece) > 0 &&
           written >= 0 && (size_t)written == piece;
    out += piece;
    length -= piece;
  }
  return done;
}

static void stream_forget(void *library, uint32_t suite) {
  void *context = ((pinstripe_openssl_state *)library)->stream[suite - 1];
  if (context != NULL) EVP_CIPHER_CTX_reset(context);
}

static const pinstripe_primitives primitives = {
    hkdf,          mac_begin,    mac_update, mac_finish, block_key,
    block_decrypt, block_forget, stream_key, stream,     stream_forget,
    OPENSSL_cleanse};

int32_t pinstripe_openssl_provider(pinstripe_openssl_state *state,
                                   pinstripe_provider *table) {
  if (state == NULL || table == NULL) return PINSTRIPE_E_ARGUMENT;
  memset(state, 0, sizeof *state);
  places_prepare(&state->places, &primitives, state, table);
  return PINSTRIPE_OK;
}

int32_t pinstripe_openssl_load_key(pinstripe_openssl_state *state, uint32_t place,
                                   const uint8_t *key32) {
  if (state == NULL) return PINSTRIPE_E_ARGUMENT;
  return places_load_key(&state->places, place, key32);
}

int32_t pinstripe_openssl_copy_key(const pinstripe_openssl_state *state, uint32_t place,
                                   uint8_t *out32) {
  if (state == NULL || out32 == NULL || !places_hold(&state->places, place))
    return PINSTRIPE_E_ARGUMENT;
  memcpy(out32, state->places.keys[place], sizeof state->places.keys[place]);
  return PINSTRIPE_OK;
}

void pinstripe_openssl_destroy(pinstripe_openssl_state *state) {
  uint32_t suite;
  if (state == NULL) return;
  pinstripe_ossl_kdf_free(state->kdf);
  pinstripe_ossl_mac_free(state->mac);
  EVP_CIPHER_CTX_free(state->block);
  for (suite = 0; suite < 2; suite++) EVP_CIPHER_CTX_free(state->stream[suite]);
  OPENSSL_cleanse(state, sizeof *state);
}
