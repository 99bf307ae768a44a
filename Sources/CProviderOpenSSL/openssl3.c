/* SPDX-License-Identifier: Apache-2.0 OR MIT */
/* The calls into libcrypto 3.x. Nothing else in this folder depends on its version. */
#include "primitives.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

/* OSSL_PARAM has no const pointers, but its reader does not write. */
static char sha256_name[] = "SHA256";

/* ---- HKDF ---- */

void *pinstripe_ossl_kdf_new(void) {
  EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
  EVP_KDF_CTX *context = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
  EVP_KDF_free(kdf); /* the context keeps its own reference */
  return context;
}

void pinstripe_ossl_kdf_free(void *context) { EVP_KDF_CTX_free(context); }

int pinstripe_ossl_hkdf(void *context, const uint8_t *key32, const uint8_t *salt32,
                        const uint8_t *info, size_t info_length, uint8_t *out32) {
  OSSL_PARAM params[5];
  int done;
  params[0] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, sha256_name, 0);
  params[1] =
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)key32, 32);
  params[2] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT,
                                                (void *)(uintptr_t)salt32, 32);
  params[3] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO,
                                                (void *)(uintptr_t)info, info_length);
  params[4] = OSSL_PARAM_construct_end();
  /* Info adds to what is there, so the context starts anew each time; and it
   * forgets the key afterwards. */
  EVP_KDF_CTX_reset(context);
  done = EVP_KDF_derive(context, out32, 32, params) > 0;
  EVP_KDF_CTX_reset(context);
  return done;
}

/* ---- HMAC ---- */

void *pinstripe_ossl_mac_new(void) {
  EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
  EVP_MAC_CTX *context = mac == NULL ? NULL : EVP_MAC_CTX_new(mac);
  OSSL_PARAM params[2];
  EVP_MAC_free(mac);
  if (context == NULL) return NULL;
  params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha256_name, 0);
  params[1] = OSSL_PARAM_construct_end();
  if (EVP_MAC_CTX_set_params(context, params) > 0) return context;
  EVP_MAC_CTX_free(context);
  return NULL;
}

void pinstripe_ossl_mac_free(void *context) { EVP_MAC_CTX_free(context); }

int pinstripe_ossl_mac_begin(void *context, const uint8_t *key32) {
  return EVP_MAC_init(context, key32, 32, NULL) > 0;
}

int pinstripe_ossl_mac_update(void *context, const uint8_t *bytes, size_t length) {
  return EVP_MAC_update(context, bytes, length) > 0;
}

int pinstripe_ossl_mac_finish(void *context, uint8_t *tag32) {
  size_t written = 0;
  return EVP_MAC_final(context, tag32, &written, 32) > 0 && written == 32;
}

/* ---- Ciphers ---- */

void *pinstripe_ossl_cipher_new(void) { return EVP_CIPHER_CTX_new(); }

void pinstripe_ossl_cipher_free(void *context) { EVP_CIPHER_CTX_free(context); }

void pinstripe_ossl_cipher_reset(void *context) { EVP_CIPHER_CTX_reset(context); }

int pinstripe_ossl_chacha20_key(void *context, const uint8_t *key32,
                                const uint8_t *iv16) {
  return EVP_EncryptInit_ex(context, EVP_chacha20(), NULL, key32, iv16) > 0;
}

int pinstripe_ossl_aes128_ctr_key(void *context, const uint8_t *key16,
                                  const uint8_t *iv16) {
  return EVP_EncryptInit_ex(context, EVP_aes_128_ctr(), NULL, key16, iv16) > 0;
}

int pinstripe_ossl_stream_seek(void *context, const uint8_t *iv16) {
  return EVP_EncryptInit_ex(context, NULL, NULL, NULL, iv16) > 0;
}

int pinstripe_ossl_stream(void *context, uint8_t *out, const uint8_t *in, size_t length) {
  int written = 0;
  return EVP_EncryptUpdate(context, out, &written, in, (int)length) > 0 &&
         written >= 0 && (size_t)written == length;
}

int pinstripe_ossl_block_key(void *context, const uint8_t *key32) {
  static const uint8_t zero_iv[16];
  return EVP_DecryptInit_ex(context, EVP_aes_256_cbc(), NULL, key32, zero_iv) > 0 &&
         EVP_CIPHER_CTX_set_padding(context, 0) > 0;
}

int pinstripe_ossl_block_decrypt(void *context, const uint8_t *in16, uint8_t *out16) {
  /* Under a zero IV the first block of CBC is the bare cipher. Eight copies of it
   * because on 32-bit ARM OpenSSL's table-free code takes eight blocks at least,
   * and in CBC only. */
  static const uint8_t zero_iv[16];
  uint8_t blocks[8 * 16];
  int written = 0;
  size_t copy;
  int done;
  for (copy = 0; copy < 8; copy++) memcpy(blocks + 16 * copy, in16, 16);
  done = EVP_DecryptInit_ex(context, NULL, NULL, NULL, zero_iv) > 0 &&
         EVP_DecryptUpdate(context, blocks, &written, blocks, (int)sizeof blocks) > 0 &&
         written == (int)sizeof blocks;
  if (done) memcpy(out16, blocks, 16);
  OPENSSL_cleanse(blocks, sizeof blocks);
  return done;
}
