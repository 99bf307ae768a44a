/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * A secure element for tests: another process that holds all keys. What crosses the socket is what would
 * cross the wires of a chip: names of places, salts, wraps, MAC'd bytes, tags and keystream.
 */
#ifndef ELEMENT_H
#define ELEMENT_H

#include "pinstripe_decoder.h"

struct element {
  int socket;
  uint32_t sequence;
  int limit_ms; /* how long an answer is waited for */
};

/* How the element treats the requests that follow. */
enum { ANSWER_WELL, ANSWER_LATE, ANSWER_SHORT, ANSWER_NEVER };

/* Starts an element that has read `folder`/`keybox` itself; `marker` is 32 bytes that this process holds,
 * for element_search to find. Tells what is no secret. */
int32_t element_start(struct element *element, const char *folder, const char *keybox,
                      const uint8_t *marker, pinstripe_keybox *about);
void element_provider(struct element *element, pinstripe_provider *table);
/* From the request after `after` more on. */
void element_misbehave(struct element *element, uint32_t how, uint32_t after);
/* The element searches this process's memory: how many of the keys it ever had it finds, of how many, and
 * whether it finds the marker, without which the search says nothing. */
int32_t element_search(struct element *element, uint32_t found[3]);
void element_stop(struct element *element);

#endif
