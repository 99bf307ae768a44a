/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * pinstripe_afalg.h - the decoder's cryptography, done by the Linux kernel.
 *
 * For boards whose kernel drives a crypto engine: the kernel chooses its best
 * driver for hmac(sha256), ecb(aes), ctr(aes) and chacha20, and the program links no
 * crypto library. It needs AF_ALG sockets (CONFIG_CRYPTO_USER_API_HASH and
 * _SKCIPHER, in Debian the modules algif_hash and algif_skcipher). A request costs
 * two system calls: use a work buffer of some KiB while playing
 * (pinstripe_set_work), so that keystream is asked for in long pieces.
 *
 * To use it, compile pinstripe_afalg.c with this header, pinstripe_decoder.h and the
 * two pinstripe_places headers on the include path:
 *
 *   static pinstripe_afalg_state state;
 *   static pinstripe_provider provider;
 *   status = pinstripe_afalg_provider(&state, &provider);
 *   status = pinstripe_afalg_load_key(&state, PINSTRIPE_KEY_ROOT, dus);
 *   ... pinstripe_device_recipient, pinstripe_open, pinstripe_xor_at ...
 *   pinstripe_afalg_destroy(&state);
 *
 * Memory: keys lie in the caller's state struct, and in the kernel while a socket
 * has them. At most eight file descriptors are open, none of which a program started
 * meanwhile inherits. This code allocates nothing.
 *
 * Time: that of the kernel's drivers. Unwrapping takes the same time for every key
 * where ecb(aes) does: with an engine, with AES or NEON instructions.
 *
 * One state serves one thread at a time; several states are independent.
 */
#ifndef PINSTRIPE_AFALG_H
#define PINSTRIPE_AFALG_H

#include "pinstripe_places.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A kernel transform: the socket that has the key, and the one that works. Both
 *  are file descriptors plus one, so that zeros mean closed. */
typedef struct pinstripe_afalg_transform {
  int32_t key;
  int32_t work;
} pinstripe_afalg_transform;

/** Keys and sockets of one provider, in the caller's memory. It may not be moved
 *  or copied while in use. The fields are the implementation's; read none. */
typedef struct pinstripe_afalg_state {
  pinstripe_places places;
  pinstripe_afalg_transform mac;
  pinstripe_afalg_transform block;
  pinstripe_afalg_transform stream[2];
} pinstripe_afalg_state;

/** Prepares `state`, whatever it held, and fills `table`, which points to it.
 *  All places but PINSTRIPE_KEY_ZERO are empty; an empty place is refused
 *  wherever a key is needed. Call pinstripe_afalg_destroy when done.
 *  The table's functions answer as those of pinstripe_openssl.h; PROVIDER means
 *  that the kernel refused, has no such algorithm, or answered short.
 *  Errors: ARGUMENT (a null pointer), PROVIDER (the kernel has no hmac(sha256)). */
int32_t pinstripe_afalg_provider(pinstripe_afalg_state *state, pinstripe_provider *table);

/** Copies the 32 bytes at `key32` to `place`, replacing what was there. The caller
 *  wipes its own copy. Errors: ARGUMENT. */
int32_t pinstripe_afalg_load_key(pinstripe_afalg_state *state, uint32_t place,
                                 const uint8_t *key32);

/** Closes the sockets and overwrites all keys. The table is unusable until
 *  pinstripe_afalg_provider. Safe on a state that is destroyed or all zero. */
void pinstripe_afalg_destroy(pinstripe_afalg_state *state);

#ifdef __cplusplus
}
#endif

#endif /* PINSTRIPE_AFALG_H */
