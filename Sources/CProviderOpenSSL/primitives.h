/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * What the provider needs from libcrypto, in the one file that depends on
 * OpenSSL's version (openssl3.c). Contexts are opaque; `..._new` answers null
 * when it cannot. Functions return 1 on success and 0 on failure, OpenSSL's way.
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

/* Ciphers: keystreams, and single AES-256 blocks backwards. */
PINSTRIPE_INTERNAL void *pinstripe_ossl_cipher_new(void);
PINSTRIPE_INTERNAL void pinstripe_ossl_cipher_free(void *context);
/* Wipes the key; the context stays. */
PINSTRIPE_INTERNAL void pinstripe_ossl_cipher_reset(void *context);
PINSTRIPE_INTERNAL int pinstripe_ossl_chacha20_key(void *context, const uint8_t *key32,
                                                   const uint8_t *iv16);
PINSTRIPE_INTERNAL int pinstripe_ossl_aes128_ctr_key(void *context,
                                                     const uint8_t *key16,
                                                     const uint8_t *iv16);
PINSTRIPE_INTERNAL int pinstripe_ossl_stream_seek(void *context, const uint8_t *iv16);
/* Encrypts from `in` to `out`. `length` is a multiple of the block, at most 2^30. */
PINSTRIPE_INTERNAL int pinstripe_ossl_stream(void *context, uint8_t *out, const uint8_t *in,
                                             size_t length);
PINSTRIPE_INTERNAL int pinstripe_ossl_block_key(void *context, const uint8_t *key32);
/* `in16` and `out16` may be the same. */
PINSTRIPE_INTERNAL int pinstripe_ossl_block_decrypt(void *context, const uint8_t *in16,
                                                    uint8_t *out16);

#endif /* PINSTRIPE_OPENSSL_PRIMITIVES_H */
