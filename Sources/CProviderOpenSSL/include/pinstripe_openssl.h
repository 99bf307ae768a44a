/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * pinstripe_openssl.h - the decoder's cryptography, done by OpenSSL's libcrypto.
 *
 * Fills the provider table of pinstripe_decoder.h for hosts and for boards whose
 * keys may lie in RAM. To use it in firmware, compile this folder's C files with
 * pinstripe_decoder.h and the two pinstripe_places headers on the include path, and
 * link libcrypto (1.1.1, or 3.0 and later):
 *
 *   static pinstripe_openssl_state state;
 *   static pinstripe_provider provider;
 *   status = pinstripe_openssl_provider(&state, &provider);
 *   status = pinstripe_openssl_load_key(&state, PINSTRIPE_KEY_ROOT, dus);
 *   ... pinstripe_device_recipient, pinstripe_open, pinstripe_xor_at ...
 *   pinstripe_openssl_destroy(&state);
 *
 * Memory: the keys lie in the caller's state struct and nowhere else, but for the
 * copies inside libcrypto's own contexts, which OpenSSL allocates when they are
 * first needed (at most one each for key derivation, MAC, unwrapping and the two
 * ciphers) and wipes when their key is discarded. This code allocates nothing.
 *
 * Time: ChaCha20, SHA-256 and the tag comparison take the same time for every
 * key. AES does where the CPU has AES instructions, and with SSSE3 or NEON, where
 * OpenSSL computes it in vectors without tables (on 32-bit ARM with NEON all but
 * the key schedule). Unwrapping is done block by block over AES-256-CBC for that
 * reason: OpenSSL's own key wrap always looks up tables. On a CPU with neither,
 * let a secure element unwrap.
 *
 * One state serves one thread at a time; several states are independent.
 */
#ifndef PINSTRIPE_OPENSSL_H
#define PINSTRIPE_OPENSSL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wnullability-extension"
#endif

#include "pinstripe_places.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Keys and contexts of one provider, in the caller's memory. It may not be moved
 *  or copied while in use. The fields are the implementation's; read none. */
typedef struct pinstripe_openssl_state {
  pinstripe_places places;
  void *_Nullable kdf;
  void *_Nullable mac;
  void *_Nullable block;
  void *_Nullable stream[2];
} pinstripe_openssl_state;

/** Prepares `state`, whatever it held, and fills `table`, which points to it.
 *  All places but PINSTRIPE_KEY_ZERO are empty; an empty place is refused
 *  wherever a key is needed. Call pinstripe_openssl_destroy when done.
 *
 *  The functions of the table return PINSTRIPE_OK, or PINSTRIPE_E_ARGUMENT (a
 *  place out of range, empty or not writable, a null pointer, a length outside
 *  the contract, a MAC step out of order), PINSTRIPE_E_UNWRAP, or
 *  PINSTRIPE_E_PROVIDER (libcrypto failed). On an error no place changes.
 *  `keystream` refuses ChaCha20 blocks from 2^32 on and AES-128-CTR blocks from
 *  2^64 - 1 on.
 *  Errors: ARGUMENT (a null pointer). */
int32_t pinstripe_openssl_provider(pinstripe_openssl_state *_Nullable state,
                                   pinstripe_provider *_Nullable table);

/** Copies the 32 bytes at `key32` to `place` (1 to 23), replacing what was there.
 *  The caller wipes its own copy. Errors: ARGUMENT. */
int32_t pinstripe_openssl_load_key(pinstripe_openssl_state *_Nullable state,
                                   uint32_t place, const uint8_t *_Nullable key32);

/** Copies the key at `place` to the 32 bytes at `out32`: for provisioning, which
 *  must hand derived keys over. Errors: ARGUMENT, also when the place is empty. */
int32_t pinstripe_openssl_copy_key(const pinstripe_openssl_state *_Nullable state,
                                   uint32_t place, uint8_t *_Nullable out32);

/** Frees libcrypto's contexts and overwrites all keys. The table is unusable
 *  until pinstripe_openssl_provider. Safe on a state that is destroyed or all
 *  zero. */
void pinstripe_openssl_destroy(pinstripe_openssl_state *_Nullable state);

#ifdef __cplusplus
}
#endif

#ifdef __clang__
#pragma clang diagnostic pop
#endif

#endif /* PINSTRIPE_OPENSSL_H */
