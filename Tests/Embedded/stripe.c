/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * stripe: the vectored stripe of this architecture against its scalar twin, byte for byte, in place
 * and out of place, with what lies around it untouched. Every stride to 128 with every phase, and
 * short pieces at every offset; ends with "N passed, N failed".
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "stripe_kernels.h"

#define ROOM 20000u

static uint8_t source[ROOM], keystream[ROOM], expected[ROOM], found[ROOM];
static unsigned passed, failed;

static void compare(uint32_t set, size_t offset, size_t length, size_t first, size_t stride) {
  int copies;
  for (copies = 0; copies < 2; copies++) {
    const uint8_t *from = copies ? source : found;
    memcpy(expected, source, ROOM);
    memcpy(found, source, ROOM);
    if (copies) memset(found + offset, 0xEE, length);
    stripe_xor_with(STRIPE_SCALAR, expected + offset, expected + offset, length, first, stride,
                    keystream, 0);
    stripe_xor_with(set, found + offset, from + offset, length, first, stride, keystream,
                    copies ? STRIPE_PAST_CACHES : 0);
    if (memcmp(expected, found, ROOM) == 0) {
      passed++;
      continue;
    }
    failed++;
    printf("FAILED offset %zu, length %zu, first %zu, stride %zu, copies %d\n", offset, length,
           first, stride, copies);
  }
}

int main(void) {
  uint32_t set = stripe_instructions();
  size_t stride, phase, offset, length;
  uint32_t state = 1;
  for (offset = 0; offset < ROOM; offset++) {
    state = state * 1664525u + 1013904223u;
    source[offset] = (uint8_t)(state >> 24);
    keystream[offset] = (uint8_t)(state >> 16);
  }
  if (set == STRIPE_SCALAR) {
    printf("FAILED: no vectors here\n0 passed, 1 failed\n");
    return 1;
  }
  for (stride = 1; stride <= 128; stride++)
    for (phase = 0; phase < stride; phase += stride <= 20 ? 1 : 7)
      compare(set, stride % 17, 64 * stride + 300, phase, stride);
  for (stride = 1; stride <= 16; stride += 3)
    for (offset = 0; offset <= 130; offset += 5)
      for (length = 0; length <= 300; length += 11) compare(set, offset, length, stride / 2, stride);
  printf("%u passed, %u failed\n", passed, failed);
  return failed != 0;
}
