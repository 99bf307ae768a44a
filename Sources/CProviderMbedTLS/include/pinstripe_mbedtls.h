/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * pinstripe_mbedtls.h - the decoder's cryptography, done by Mbed TLS.
 *
 * For firmware without an operating system, and for boards that have Mbed TLS
 * already (2.28 or later; mbedcrypto alone). To use it, compile pinstripe_mbedtls.c
 * with this header, pinstripe_decoder.h and the two pinstripe_places headers on the
 * include path. Mbed TLS needs AES_C, CIPHER_MODE_CTR, CHACHA20_C, MD_C, SHA256_C
 * and HKDF_C in its configuration, which are seven of its C files: aes, chacha20,
 * constant_time, hkdf, md, platform_util, sha256.
 *
 *   static pinstripe_mbedtls_state state;
 *   static pinstripe_provider provider;
 *   status = pinstripe_mbedtls_provider(&state, &provider);
 *   status = pinstripe_mbedtls_load_key(&state, PINSTRIPE_KEY_ROOT, dus);
 *   ... pinstripe_device_recipient, pinstripe_open, pinstripe_xor_at ...
 *   pinstripe_mbedtls_destroy(&state);
 *
 * Memory: keys and contexts lie in the caller's state struct, but for the MAC's,
 * which Mbed TLS takes from mbedtls_calloc: once here, and once for each key that is
 * derived, given back at the end of it. About 400 bytes.
 *
 * Time: ChaCha20, SHA-256 and the tag comparison take the same time for every key.
 * Mbed TLS looks AES up in tables (unless the CPU's own instructions are used), so
 * the time of unwrapping depends on the key where there is a data cache. On such a
 * CPU let a secure element or an AES engine unwrap.
 *
 * One state serves one thread at a time; several states are independent.
 */
#ifndef PINSTRIPE_MBEDTLS_H
#define PINSTRIPE_MBEDTLS_H

#include <mbedtls/aes.h>
#include <mbedtls/chacha20.h>
#include <mbedtls/md.h>

#include "pinstripe_places.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Keys and contexts of one provider, in the caller's memory. It may not be moved
 *  or copied while in use. The fields are the implementation's; read none. */
typedef struct pinstripe_mbedtls_state {
  pinstripe_places places;
  mbedtls_aes_context block;
  mbedtls_aes_context aes;
  mbedtls_chacha20_context chacha20;
  mbedtls_md_context_t mac;
} pinstripe_mbedtls_state;

/** Prepares `state`, whatever it held, and fills `table`, which points to it.
 *  All places but PINSTRIPE_KEY_ZERO are empty; an empty place is refused
 *  wherever a key is needed. Call pinstripe_mbedtls_destroy when done.
 *  The table's functions answer as those of pinstripe_openssl.h.
 *  Errors: ARGUMENT (a null pointer), PROVIDER (no memory for the MAC). */
int32_t pinstripe_mbedtls_provider(pinstripe_mbedtls_state *state,
                                   pinstripe_provider *table);

/** Copies the 32 bytes at `key32` to `place`, replacing what was there. The caller
 *  wipes its own copy. Errors: ARGUMENT. */
int32_t pinstripe_mbedtls_load_key(pinstripe_mbedtls_state *state, uint32_t place,
                                   const uint8_t *key32);

/** Frees the contexts and overwrites all keys. The table is unusable until
 *  pinstripe_mbedtls_provider. Safe on a state that is destroyed or all zero. */
void pinstripe_mbedtls_destroy(pinstripe_mbedtls_state *state);

#ifdef __cplusplus
}
#endif

#endif /* PINSTRIPE_MBEDTLS_H */
