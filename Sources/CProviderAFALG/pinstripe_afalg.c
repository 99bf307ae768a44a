/* SPDX-License-Identifier: Apache-2.0 OR MIT */
/* The provider over the Linux kernel's AF_ALG sockets
 * (Documentation/crypto/userspace-if.rst). */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* explicit_bzero, accept4, SOL_ALG */
#endif
#include "pinstripe_afalg.h"

#include <errno.h>
#include <linux/if_alg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pinstripe_places_table.h"

#ifndef SOL_ALG
#define SOL_ALG 279
#endif

/* ---- Sockets ---- */

static void close_socket(int32_t *socket_plus_one) {
  if (*socket_plus_one > 0) close(*socket_plus_one - 1);
  *socket_plus_one = 0;
}

static void close_transform(pinstripe_afalg_transform *transform) {
  close_socket(&transform->work);
  close_socket(&transform->key);
}

/* Gives a key to a transform of this type and name: a fresh one, because a key may
 * only be set while nothing works with it. */
static int open_transform(pinstripe_afalg_transform *transform, const char *type,
                          const char *name, const uint8_t *key, uint32_t key_length) {
  struct sockaddr_alg address;
  int done;
  close_transform(transform);
  memset(&address, 0, sizeof address);
  address.salg_family = AF_ALG;
  memcpy(address.salg_type, type, strlen(type));
  memcpy(address.salg_name, name, strlen(name));
  transform->key = socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0) + 1;
  done = transform->key > 0 &&
         bind(transform->key - 1, (struct sockaddr *)&address, sizeof address) == 0 &&
         setsockopt(transform->key - 1, SOL_ALG, ALG_SET_KEY, key, key_length) == 0 &&
         (transform->work = accept4(transform->key - 1, NULL, NULL, SOCK_CLOEXEC) + 1) > 0;
  if (!done) close_transform(transform);
  return done;
}

/* Sends all bytes; a signal that comes between is no failure. */
static int send_all(const pinstripe_afalg_transform *transform, const uint8_t *bytes,
                    size_t length, int flags) {
  while (length > 0) {
    ssize_t sent = send(transform->work - 1, bytes, length, flags);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return 0;
    bytes += sent;
    length -= (size_t)sent;
  }
  return 1;
}

/* Reads an answer whole. The kernel gives it in one piece; a shorter one is none. */
static int receive(const pinstripe_afalg_transform *transform, uint8_t *out, size_t length) {
  ssize_t got;
  do got = read(transform->work - 1, out, length);
  while (got < 0 && errno == EINTR);
  return got >= 0 && (size_t)got == length;
}

/* ---- HMAC, and HKDF made of it (RFC 5869 sections 2.2 and 2.3) ---- */

static int mac_begin(void *library, const uint8_t *key32) {
  return open_transform(&((pinstripe_afalg_state *)library)->mac, "hash", "hmac(sha256)",
                        key32, 32);
}

static int mac_update(void *library, const uint8_t *bytes, size_t length) {
  return send_all(&((pinstripe_afalg_state *)library)->mac, bytes, length, MSG_MORE);
}

static int mac_finish(void *library, uint8_t *tag32) {
  /* Reading ends the message. */
  return receive(&((pinstripe_afalg_state *)library)->mac, tag32, 32);
}

static int hkdf(void *library, const uint8_t *key32, const uint8_t *salt32,
                const uint8_t *info, size_t info_length, uint8_t *out32) {
  static const uint8_t first_block = 1; /* T(1) is all of 32 bytes */
  pinstripe_afalg_state state;
  uint8_t pseudorandom[32];
  int done;
  (void)library;
  memset(&state, 0, sizeof state); /* a MAC that is under way stays as it is */
  done = mac_begin(&state, salt32) && mac_update(&state, key32, 32) &&
         mac_finish(&state, pseudorandom) && mac_begin(&state, pseudorandom) &&
         mac_update(&state, info, info_length) && mac_update(&state, &first_block, 1) &&
         mac_finish(&state, out32);
  close_transform(&state.mac);
  explicit_bzero(pseudorandom, sizeof pseudorandom);
  return done;
}

/* ---- Ciphers ---- */

/* One request: operation and, where there is one, the initial vector travel beside
 * the bytes. In place. */
static int request(const pinstripe_afalg_transform *transform, uint32_t operation,
                 const uint8_t *iv16, uint8_t *bytes, size_t length) {
  union {
    struct cmsghdr aligned;
    uint8_t bytes[CMSG_SPACE(sizeof(uint32_t)) +
                  CMSG_SPACE(sizeof(struct af_alg_iv) + 16)];
  } control;
  struct iovec vector;
  struct msghdr message;
  struct cmsghdr *part;
  ssize_t sent;
  memset(&control, 0, sizeof control);
  memset(&message, 0, sizeof message);
  vector.iov_base = bytes;
  vector.iov_len = length;
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes;
  message.msg_controllen = sizeof control.bytes;
  part = CMSG_FIRSTHDR(&message);
  part->cmsg_level = SOL_ALG;
  part->cmsg_type = ALG_SET_OP;
  part->cmsg_len = CMSG_LEN(sizeof operation);
  memcpy(CMSG_DATA(part), &operation, sizeof operation);
  if (iv16 != NULL) {
    const uint32_t iv_length = 16;
    part = CMSG_NXTHDR(&message, part);
    part->cmsg_level = SOL_ALG;
    part->cmsg_type = ALG_SET_IV;
    part->cmsg_len = CMSG_LEN(sizeof(struct af_alg_iv) + 16);
    memcpy(CMSG_DATA(part), &iv_length, sizeof iv_length);
    memcpy(CMSG_DATA(part) + sizeof iv_length, iv16, 16);
  } else {
    message.msg_controllen = CMSG_SPACE(sizeof operation);
  }
  do sent = sendmsg(transform->work - 1, &message, 0);
  while (sent < 0 && errno == EINTR);
  return sent >= 0 && (size_t)sent == length && receive(transform, bytes, length);
}

static int block_key(void *library, const uint8_t *key32) {
  return open_transform(&((pinstripe_afalg_state *)library)->block, "skcipher", "ecb(aes)",
                        key32, 32);
}

static int block_decrypt(void *library, const uint8_t *in16, uint8_t *out16) {
  if (out16 != in16) memcpy(out16, in16, 16);
  return request(&((pinstripe_afalg_state *)library)->block, ALG_OP_DECRYPT, NULL, out16, 16);
}

static void block_forget(void *library) {
  close_transform(&((pinstripe_afalg_state *)library)->block);
}

static int stream_key(void *library, uint32_t suite, const uint8_t *key32) {
  int is_chacha20 = suite == PINSTRIPE_SUITE_CHACHA20;
  return open_transform(&((pinstripe_afalg_state *)library)->stream[suite - 1], "skcipher",
                        is_chacha20 ? "chacha20" : "ctr(aes)", key32, is_chacha20 ? 32 : 16);
}

static int stream(void *library, uint32_t suite, const uint8_t *iv16, int moved,
                  uint8_t *out, size_t length) {
  memset(out, 0, length);
  (void)moved; /* the kernel is told its position in each request */
  return request(&((pinstripe_afalg_state *)library)->stream[suite - 1], ALG_OP_ENCRYPT, iv16,
               out, length);
}

static void stream_forget(void *library, uint32_t suite) {
  close_transform(&((pinstripe_afalg_state *)library)->stream[suite - 1]);
}

static const pinstripe_primitives primitives = {
    hkdf,          mac_begin,    mac_update, mac_finish, block_key,
    block_decrypt, block_forget, stream_key, stream,     stream_forget,
    explicit_bzero};

int32_t pinstripe_afalg_provider(pinstripe_afalg_state *state, pinstripe_provider *table) {
  if (state == NULL || table == NULL) return PINSTRIPE_E_ARGUMENT;
  memset(state, 0, sizeof *state);
  places_prepare(&state->places, &primitives, state, table);
  return mac_begin(state, places_zero) ? PINSTRIPE_OK : PINSTRIPE_E_PROVIDER;
}

int32_t pinstripe_afalg_load_key(pinstripe_afalg_state *state, uint32_t place,
                                 const uint8_t *key32) {
  if (state == NULL) return PINSTRIPE_E_ARGUMENT;
  return places_load_key(&state->places, place, key32);
}

void pinstripe_afalg_destroy(pinstripe_afalg_state *state) {
  if (state == NULL) return;
  close_transform(&state->mac);
  close_transform(&state->block);
  close_transform(&state->stream[0]);
  close_transform(&state->stream[1]);
  explicit_bzero(state, sizeof *state);
}
