/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * What the provider needs from libcrypto and what differs between its versions:
 * key derivation and MAC, in openssl3.c for 3.0 and later and in openssl11.c for
 * 1.1.1. Contexts are opaque; `..._new` answers null when it cannot. Functions
 * return 1 on success and 0 on failure, OpenSSL's way.
 */
#ifndef PINSTRIPE_OPENSSL_PRIMITIVES_H
#define PINSTRIPE_OPENSSL_PRIMITIVES_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define PINSTRIPE_INTERNAL __attribute__((visibility("hidden")))
#else
#define PINSTRIPE_INTERNAL
#endif

/* HKDF-SHA256, 32 bytes out. */
PINSTRIPE_INTERNAL void *pinstripe_ossl_kdf_new(void);
PINSTRIPE_INTERNAL void pinstripe_ossl_kdf_free(void *context);
PINSTRIPE_INTERNAL int pinstripe_ossl_hkdf(void *context, const uint8_t *key32,
                                           const uint8_t *salt32,
                                           const uint8_t *info, size_t info_length,
                                           uint8_t *out32);

/* HMAC-SHA256. Beginning with another key overwrites the former one. */
PINSTRIPE_INTERNAL void *pinstripe_ossl_mac_new(void);
PINSTRIPE_INTERNAL void pinstripe_ossl_mac_free(void *context);
PINSTRIPE_INTERNAL int pinstripe_ossl_mac_begin(void *context, const uint8_t *key32);
PINSTRIPE_INTERNAL int pinstripe_ossl_mac_update(void *context, const uint8_t *bytes,
                                                 size_t length);
PINSTRIPE_INTERNAL int pinstripe_ossl_mac_finish(void *context, uint8_t *tag32);

#endif /* PINSTRIPE_OPENSSL_PRIMITIVES_H */
