/* SPDX-License-Identifier: Apache-2.0 OR MIT */
#include "kernel.h"

#if defined(__aarch64__)
#include <arm_neon.h>

#define WIDTH 16
#define LONGEST 15

static void xor_blocks(uint8_t *dst, const uint8_t *src, size_t blocks, size_t stride,
                       size_t phase, const uint8_t *keystream, uint32_t flags) {
  (void)flags; /* the architecture has no store past the caches that is worth it */
  /* TBL gives zero where the index is beyond the table. */
  uint8x16_t shuffle[LONGEST];
  for (size_t k = 0; k < stride; k++) {
    uint8_t index[WIDTH];
    for (size_t i = 0; i < WIDTH; i++) {
      size_t byte = k * WIDTH + i;
      int is_encrypted = byte >= phase && (byte - phase) % stride == 0;
      index[i] = is_encrypted ? (uint8_t)((byte - phase) / stride) : 0xFF;
    }
    shuffle[k] = vld1q_u8(index);
  }
  for (size_t block = 0; block < blocks; block++, keystream += WIDTH) {
    uint8x16_t key = vld1q_u8(keystream);
    for (size_t k = 0; k < stride; k++, src += WIDTH, dst += WIDTH)
      vst1q_u8(dst, veorq_u8(vld1q_u8(src), vqtbl1q_u8(key, shuffle[k])));
  }
}

const stripe_kernel *stripe_kernel_neon(void) {
  static const stripe_kernel kernel = {WIDTH, LONGEST, 0, xor_blocks};
  return &kernel;
}
#else
const stripe_kernel *stripe_kernel_neon(void) { return NULL; }
#endif
