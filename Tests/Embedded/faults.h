/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * A provider and a storage that fail at the n-th call, and the stack that the decoder needs to get to
 * one. Its deepest path may end elsewhere, in a loop that calls nothing back; build-decoder.sh adds that up.
 */
#ifndef FAULTS_H
#define FAULTS_H

#include "harness.h"

/* Fails when it reaches 0. */
extern int calls_left;

/* The lowest that a callback found the stack. */
extern uintptr_t stack_low;

/* A table of failing functions over `real`, which stays there. */
void fail_provider(pinstripe_provider *table, const pinstripe_provider *real);

/* As read_file, of a struct file. */
int32_t read_failing(void *state, uint64_t offset, uint8_t *out, uint32_t length);

#endif
