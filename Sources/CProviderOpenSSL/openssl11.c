/* SPDX-License-Identifier: Apache-2.0 OR MIT */
/* Key derivation and MAC by libcrypto 1.1.1; for a later one this file is empty. */
#include <openssl/opensslv.h>

#if OPENSSL_VERSION_NUMBER < 0x30000000L

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>

#include "primitives.h"

/* ---- HKDF ---- */

void *pinstripe_ossl_kdf_new(void) { return EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, NULL); }

void pinstripe_ossl_kdf_free(void *context) { EVP_PKEY_CTX_free(context); }

int pinstripe_ossl_hkdf(void *context, const uint8_t *key32, const uint8_t *salt32,
                        const uint8_t *info, size_t info_length, uint8_t *out32) {
  size_t written = 32;
  int done;
  /* Initialising clears what a former derivation left, key and info. */
  done = EVP_PKEY_derive_init(context) > 0 &&
         EVP_PKEY_CTX_set_hkdf_md(context, EVP_sha256()) > 0 &&
         EVP_PKEY_CTX_set1_hkdf_salt(context, salt32, 32) > 0 &&
         EVP_PKEY_CTX_set1_hkdf_key(context, key32, 32) > 0 &&
         EVP_PKEY_CTX_add1_hkdf_info(context, info, (int)info_length) > 0 &&
         EVP_PKEY_derive(context, out32, &written) > 0 && written == 32;
  return EVP_PKEY_derive_init(context) > 0 && done;
}

/* ---- HMAC ---- */

void *pinstripe_ossl_mac_new(void) { return HMAC_CTX_new(); }

void pinstripe_ossl_mac_free(void *context) { HMAC_CTX_free(context); }

int pinstripe_ossl_mac_begin(void *context, const uint8_t *key32) {
  return HMAC_Init_ex(context, key32, 32, EVP_sha256(), NULL) > 0;
}

int pinstripe_ossl_mac_update(void *context, const uint8_t *bytes, size_t length) {
  return HMAC_Update(context, bytes, length) > 0;
}

int pinstripe_ossl_mac_finish(void *context, uint8_t *tag32) {
  unsigned written = 0;
  return HMAC_Final(context, tag32, &written) > 0 && written == 32;
}

#else
typedef int pinstripe_openssl11_is_not_needed;
#endif
