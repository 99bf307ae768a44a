/* SPDX-License-Identifier: Apache-2.0 OR MIT */
#include "kernel.h"

#if defined(__aarch64__)
#include <arm_neon.h>

#define WIDTH 16
#define LONGEST 16

static inline __attribute__((always_inline)) void
xor_stride(uint8_t *dst, const uint8_t *src, size_t blocks, size_t stride, size_t phase,
           const uint8_t *keystream) {
  uint8x16_t shuffle[LONGEST];
  for (size_t k = 0; k < stride; k++) {
    uint8_t index[WIDTH];
    stripe_shuffle(index, k, stride, phase);
    shuffle[k] = vld1q_u8(index);
  }
  for (size_t block = 0; block < blocks; block++, keystream += WIDTH) {
    uint8x16_t key = vld1q_u8(keystream);
    for (size_t k = 0; k < stride; k++, src += WIDTH, dst += WIDTH)
      vst1q_u8(dst, veorq_u8(vld1q_u8(src), vqtbl1q_u8(key, shuffle[k])));
  }
}

static void xor_blocks(uint8_t *dst, const uint8_t *src, size_t blocks, size_t stride,
                       size_t phase, const uint8_t *keystream, uint32_t flags) {
  (void)flags; /* the architecture has no store past the caches that is worth it */
  STRIPE_BY_STRIDE(xor_stride, phase, keystream)
}

const stripe_kernel *stripe_kernel_neon(void) {
  static const stripe_kernel kernel = {WIDTH, LONGEST, xor_blocks};
  return &kernel;
}
#else
const stripe_kernel *stripe_kernel_neon(void) { return NULL; }
#endif
