/* SPDX-License-Identifier: Apache-2.0 OR MIT */
#include "faults.h"

int calls_left;
uintptr_t stack_low;
static const pinstripe_provider *real;

/* Inlined, so that its own frame does not count. */
__attribute__((always_inline)) static inline int fails(void) {
  uintptr_t here = (uintptr_t)__builtin_frame_address(0);
  if (here < stack_low) stack_low = here;
  return calls_left-- == 0;
}

static int32_t derive(void *state, uint32_t parent, const uint8_t *salt, uint32_t salt_length,
                      const uint8_t *info, uint32_t info_length, uint32_t child) {
  return fails() ? 1 : real->derive(state, parent, salt, salt_length, info, info_length, child);
}

static int32_t unwrap(void *state, uint32_t key, const uint8_t *wrapped, uint32_t child) {
  return fails() ? PINSTRIPE_E_PROVIDER : real->unwrap(state, key, wrapped, child);
}

static int32_t mac_begin(void *state, uint32_t key) {
  return fails() ? -99 : real->mac_begin(state, key);
}

static int32_t mac_update(void *state, const uint8_t *bytes, size_t length) {
  return fails() ? 7 : real->mac_update(state, bytes, length);
}

static int32_t mac_finish(void *state, uint8_t *tag) {
  return fails() ? PINSTRIPE_E_UNWRAP : real->mac_finish(state, tag);
}

/* A keystream that comes short by a block is as bad as none. */
static int32_t keystream(void *state, uint32_t key, uint32_t suite, uint64_t first, uint8_t *out,
                         uint32_t count) {
  int32_t written = real->keystream(state, key, suite, first, out, count);
  return fails() ? written - 1 : written;
}

int32_t read_failing(void *state, uint64_t offset, uint8_t *out, uint32_t length) {
  return fails() ? 5 : read_file(state, offset, out, length);
}

void fail_provider(pinstripe_provider *table, const pinstripe_provider *over) {
  real = over;
  *table = *over;
  table->derive = derive;
  table->unwrap = unwrap;
  table->mac_begin = mac_begin;
  table->mac_update = mac_update;
  table->mac_finish = mac_finish;
  table->keystream = keystream;
}
