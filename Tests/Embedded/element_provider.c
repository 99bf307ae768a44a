/* SPDX-License-Identifier: Apache-2.0 OR MIT */
/* The player's side of a secure element. No key is ever here: every function asks. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "element.h"

#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "element_wire.h"

/* Asks, and waits for the answer to just this request: one that came too late for an earlier one is
 * thrown away, or it would be taken for keystream of another place. Returns 1 when `expected` bytes came. */
static int ask(struct element *element, struct element_message *message, uint32_t expected) {
  size_t size = offsetof(struct element_message, bytes) + message->count;
  uint32_t sequence = ++element->sequence;
  message->sequence = sequence;
  if (send(element->socket, message, size, MSG_NOSIGNAL) != (ssize_t)size) return 0;
  do {
    struct pollfd wait = {element->socket, POLLIN, 0};
    ssize_t got;
    if (poll(&wait, 1, element->limit_ms) != 1) return 0;
    got = recv(element->socket, message, sizeof *message, 0);
    if (got < (ssize_t)offsetof(struct element_message, bytes)) return 0;
    size = (size_t)got;
  } while (message->sequence != sequence);
  return size == offsetof(struct element_message, bytes) + expected && message->count == expected;
}

static int32_t derive(void *state, uint32_t parent, const uint8_t *salt, uint32_t salt_length,
                      const uint8_t *info, uint32_t info_length, uint32_t child) {
  struct element_message message = {0};
  message.ask = ASK_DERIVE;
  message.place = parent;
  message.child = child;
  message.salted = salt_length == 32;
  if (message.salted) memcpy(message.salt, salt, 32);
  message.count = info_length;
  memcpy(message.bytes, info, info_length);
  return ask(state, &message, 0) ? message.status : PINSTRIPE_E_PROVIDER;
}

static int32_t unwrap(void *state, uint32_t wrapping, const uint8_t *wrapped, uint32_t child) {
  struct element_message message = {0};
  message.ask = ASK_UNWRAP;
  message.place = wrapping;
  message.child = child;
  message.count = 40;
  memcpy(message.bytes, wrapped, 40);
  return ask(state, &message, 0) ? message.status : PINSTRIPE_E_PROVIDER;
}

static int32_t mac_begin(void *state, uint32_t key) {
  struct element_message message = {0};
  message.ask = ASK_MAC_BEGIN;
  message.place = key;
  return ask(state, &message, 0) ? message.status : PINSTRIPE_E_PROVIDER;
}

static int32_t mac_update(void *state, const uint8_t *bytes, size_t length) {
  struct element_message message = {0};
  while (length > 0) {
    message.ask = ASK_MAC_UPDATE;
    message.count = length < ELEMENT_BYTES ? (uint32_t)length : ELEMENT_BYTES;
    memcpy(message.bytes, bytes, message.count);
    bytes += message.count;
    length -= message.count;
    if (!ask(state, &message, 0) || message.status != PINSTRIPE_OK) return PINSTRIPE_E_PROVIDER;
  }
  return PINSTRIPE_OK;
}

static int32_t mac_finish(void *state, uint8_t *tag32) {
  struct element_message message = {0};
  message.ask = ASK_MAC_FINISH;
  if (!ask(state, &message, 32)) return PINSTRIPE_E_PROVIDER;
  memcpy(tag32, message.bytes, 32);
  return message.status;
}

static int32_t keystream(void *state, uint32_t key, uint32_t suite, uint64_t first, uint8_t *out,
                         uint32_t count) {
  struct element_message message = {0};
  uint32_t size = suite == PINSTRIPE_SUITE_CHACHA20 ? 64 : 16, done = 0;
  while (done < count) {
    uint32_t blocks = count - done < ELEMENT_BYTES / size ? count - done : ELEMENT_BYTES / size;
    message.ask = ASK_KEYSTREAM;
    message.place = key;
    message.suite = suite;
    message.first = first + done;
    message.count = blocks;
    if (!ask(state, &message, blocks * size) || message.status != (int32_t)blocks)
      return PINSTRIPE_E_PROVIDER;
    memcpy(out + done * size, message.bytes, blocks * size);
    done += blocks;
  }
  return (int32_t)count;
}

static void discard(void *state, uint32_t key) {
  struct element_message message = {0};
  message.ask = ASK_DISCARD;
  message.place = key;
  (void)ask(state, &message, 0);
}

void element_provider(struct element *element, pinstripe_provider *table) {
  memset(table, 0, sizeof *table);
  table->struct_size = sizeof *table;
  table->abi_version = PINSTRIPE_ABI_VERSION;
  table->state = element;
  table->derive = derive;
  table->unwrap = unwrap;
  table->mac_begin = mac_begin;
  table->mac_update = mac_update;
  table->mac_finish = mac_finish;
  table->keystream = keystream;
  table->discard = discard;
}

int32_t element_start(struct element *element, const char *folder, const char *keybox,
                      const uint8_t *marker, pinstripe_keybox *about) {
  struct element_message message = {0};
  int ends[2];
  pid_t child;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0) return PINSTRIPE_E_PROVIDER;
  child = fork();
  if (child == 0) {
    close(ends[0]);
    _exit(element_run(ends[1], folder, keybox, marker));
  }
  close(ends[1]);
#ifdef PR_SET_PTRACER
  prctl(PR_SET_PTRACER, child, 0, 0, 0); /* where the kernel asks for it before the search */
#endif
  element->socket = ends[0];
  element->sequence = 0;
  element->limit_ms = 20000;
  message.ask = ASK_ABOUT;
  if (child < 0 || !ask(element, &message, sizeof *about)) return PINSTRIPE_E_PROVIDER;
  memcpy(about, message.bytes, sizeof *about);
  return PINSTRIPE_OK;
}

void element_misbehave(struct element *element, uint32_t how, uint32_t after) {
  struct element_message message = {0};
  message.ask = ASK_MISBEHAVE;
  message.suite = how;
  message.first = after;
  (void)ask(element, &message, 0);
}

int32_t element_search(struct element *element, uint32_t found[3]) {
  struct element_message message = {0};
  message.ask = ASK_SEARCH;
  if (!ask(element, &message, 3 * sizeof *found)) return PINSTRIPE_E_PROVIDER;
  memcpy(found, message.bytes, 3 * sizeof *found);
  return PINSTRIPE_OK;
}

void element_stop(struct element *element) {
  struct element_message message = {0};
  message.ask = ASK_STOP;
  (void)send(element->socket, &message, offsetof(struct element_message, bytes), MSG_NOSIGNAL);
  close(element->socket);
  (void)wait(NULL);
}
