/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * The messages between a process and its secure element; each is one packet, whole or not at all.
 */
#ifndef ELEMENT_WIRE_H
#define ELEMENT_WIRE_H

#include <stdint.h>

enum {
  ASK_ABOUT, ASK_DERIVE, ASK_UNWRAP, ASK_MAC_BEGIN, ASK_MAC_UPDATE, ASK_MAC_FINISH, ASK_KEYSTREAM,
  ASK_DISCARD, ASK_MISBEHAVE, ASK_SEARCH, ASK_STOP
};

enum { ELEMENT_BYTES = 4096 };

struct element_message {
  uint32_t sequence; /* of an answer: that of its request */
  uint32_t ask;
  int32_t status;
  uint32_t place, child, count, suite, salted;
  uint64_t first;
  uint8_t salt[32];
  uint8_t bytes[ELEMENT_BYTES]; /* `count` of them, the last of the message */
};

/* Runs in the process that has the keys, until ASK_STOP. */
int element_run(int socket, const char *folder, const char *keybox, const uint8_t *marker);

#endif
