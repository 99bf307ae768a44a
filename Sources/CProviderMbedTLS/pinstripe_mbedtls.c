/* SPDX-License-Identifier: Apache-2.0 OR MIT */
/* The provider over Mbed TLS. */
#include "pinstripe_mbedtls.h"

#include <mbedtls/hkdf.h>
#include <mbedtls/platform_util.h>
#include <string.h>

#include "pinstripe_places_table.h"

static const mbedtls_md_info_t *sha256(void) {
  return mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
}

static int hkdf(void *library, const uint8_t *key32, const uint8_t *salt32,
                const uint8_t *info, size_t info_length, uint8_t *out32) {
  (void)library;
  return mbedtls_hkdf(sha256(), salt32, 32, key32, 32, info, info_length, out32, 32) == 0;
}

static int mac_begin(void *library, const uint8_t *key32) {
  return mbedtls_md_hmac_starts(&((pinstripe_mbedtls_state *)library)->mac, key32, 32) == 0;
}

static int mac_update(void *library, const uint8_t *bytes, size_t length) {
  return mbedtls_md_hmac_update(&((pinstripe_mbedtls_state *)library)->mac, bytes,
                                length) == 0;
}

static int mac_finish(void *library, uint8_t *tag32) {
  return mbedtls_md_hmac_finish(&((pinstripe_mbedtls_state *)library)->mac, tag32) == 0;
}

static int block_key(void *library, const uint8_t *key32) {
  return mbedtls_aes_setkey_dec(&((pinstripe_mbedtls_state *)library)->block, key32, 256) ==
         0;
}

static int block_decrypt(void *library, const uint8_t *in16, uint8_t *out16) {
  return mbedtls_aes_crypt_ecb(&((pinstripe_mbedtls_state *)library)->block,
                               MBEDTLS_AES_DECRYPT, in16, out16) == 0;
}

static void block_forget(void *library) {
  pinstripe_mbedtls_state *state = library;
  mbedtls_aes_free(&state->block);
  mbedtls_aes_init(&state->block);
}

static int stream_key(void *library, uint32_t suite, const uint8_t *key32) {
  pinstripe_mbedtls_state *state = library;
  if (suite == PINSTRIPE_SUITE_CHACHA20)
    return mbedtls_chacha20_setkey(&state->chacha20, key32) == 0;
  return mbedtls_aes_setkey_enc(&state->aes, key32, 128) == 0;
}

/* Both contexts are told their position each time; that costs next to nothing. */
static int stream(void *library, uint32_t suite, const uint8_t *iv16, int moved,
                  uint8_t *out, size_t length) {
  pinstripe_mbedtls_state *state = library;
  uint8_t counter[16], last[16];
  size_t offset = 0;
  int done;
  (void)moved;
  memset(out, 0, length);
  if (suite == PINSTRIPE_SUITE_CHACHA20) {
    uint32_t block = iv16[0] | (uint32_t)iv16[1] << 8 | (uint32_t)iv16[2] << 16 |
                     (uint32_t)iv16[3] << 24;
    return mbedtls_chacha20_starts(&state->chacha20, iv16 + 4, block) == 0 &&
           mbedtls_chacha20_update(&state->chacha20, length, out, out) == 0;
  }
  memcpy(counter, iv16, sizeof counter);
  done = mbedtls_aes_crypt_ctr(&state->aes, length, &offset, counter, last, out, out) == 0;
  mbedtls_platform_zeroize(last, sizeof last); /* keystream */
  return done;
}

static void stream_forget(void *library, uint32_t suite) {
  pinstripe_mbedtls_state *state = library;
  if (suite == PINSTRIPE_SUITE_CHACHA20) {
    mbedtls_chacha20_free(&state->chacha20);
    mbedtls_chacha20_init(&state->chacha20);
  } else {
    mbedtls_aes_free(&state->aes);
    mbedtls_aes_init(&state->aes);
  }
}

static const pinstripe_primitives primitives = {
    hkdf,          mac_begin,    mac_update, mac_finish, block_key,
    block_decrypt, block_forget, stream_key, stream,     stream_forget,
    mbedtls_platform_zeroize};

int32_t pinstripe_mbedtls_provider(pinstripe_mbedtls_state *state,
                                   pinstripe_provider *table) {
  if (state == NULL || table == NULL) return PINSTRIPE_E_ARGUMENT;
  memset(state, 0, sizeof *state);
  mbedtls_aes_init(&state->block);
  mbedtls_aes_init(&state->aes);
  mbedtls_chacha20_init(&state->chacha20);
  mbedtls_md_init(&state->mac);
  if (mbedtls_md_setup(&state->mac, sha256(), 1) != 0) return PINSTRIPE_E_PROVIDER;
  places_prepare(&state->places, &primitives, state, table);
  return PINSTRIPE_OK;
}

int32_t pinstripe_mbedtls_load_key(pinstripe_mbedtls_state *state, uint32_t place,
                                   const uint8_t *key32) {
  if (state == NULL) return PINSTRIPE_E_ARGUMENT;
  return places_load_key(&state->places, place, key32);
}

void pinstripe_mbedtls_destroy(pinstripe_mbedtls_state *state) {
  if (state == NULL) return;
  mbedtls_aes_free(&state->block);
  mbedtls_aes_free(&state->aes);
  mbedtls_chacha20_free(&state->chacha20);
  mbedtls_md_free(&state->mac);
  mbedtls_platform_zeroize(state, sizeof *state);
}
