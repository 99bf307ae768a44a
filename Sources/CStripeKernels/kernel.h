/* SPDX-License-Identifier: Apache-2.0 OR MIT */
/* What one instruction set offers to dispatch.c. */
#ifndef PINSTRIPE_STRIPE_KERNEL_H
#define PINSTRIPE_STRIPE_KERNEL_H

#include "stripe_kernels.h"

/* A super-block of width * stride bytes takes exactly `width` bytes of keystream,
 * whatever the phase, so `stride` constant shuffles of one keystream vector serve
 * every super-block, and nothing is carried from one to the next. */
typedef struct stripe_kernel {
  size_t width;          /* bytes in a vector */
  size_t longest_stride; /* beyond it most vectors hold no encrypted byte */
  /* `blocks` super-blocks from an address of `dst` that is a multiple of width on;
   * `phase`, below stride, is the first encrypted byte. */
  void (*run)(uint8_t *dst, const uint8_t *src, size_t blocks, size_t stride, size_t phase,
              const uint8_t *keystream, uint32_t flags);
} stripe_kernel;

/* The usual strides get code of their own, whose shuffles stay in registers and whose inner loop is
 * unrolled (a quarter faster at 10): `body` must always be inlined, and take the stride fourth. */
#define STRIPE_BY_STRIDE(body, ...)                                                                \
  switch (stride) {                                                                                \
  case 2: body(dst, src, blocks, 2, __VA_ARGS__); break;                                           \
  case 3: body(dst, src, blocks, 3, __VA_ARGS__); break;                                           \
  case 4: body(dst, src, blocks, 4, __VA_ARGS__); break;                                           \
  case 5: body(dst, src, blocks, 5, __VA_ARGS__); break;                                           \
  case 6: body(dst, src, blocks, 6, __VA_ARGS__); break;                                           \
  case 7: body(dst, src, blocks, 7, __VA_ARGS__); break;                                           \
  case 8: body(dst, src, blocks, 8, __VA_ARGS__); break;                                           \
  case 9: body(dst, src, blocks, 9, __VA_ARGS__); break;                                           \
  case 10: body(dst, src, blocks, 10, __VA_ARGS__); break;                                         \
  case 12: body(dst, src, blocks, 12, __VA_ARGS__); break;                                         \
  case 16: body(dst, src, blocks, 16, __VA_ARGS__); break;                                         \
  default: body(dst, src, blocks, stride, __VA_ARGS__); break;                                     \
  }

/* A kernel's `run` on x86, out of its `xor_stride`. Past the caches the memory takes the time, so one
 * code for all strides is enough. */
#define STRIPE_XOR_BLOCKS(target)                                                                  \
  target static void xor_blocks(uint8_t *dst, const uint8_t *src, size_t blocks, size_t stride,   \
                                size_t phase, const uint8_t *keystream, uint32_t flags) {          \
    if (flags & STRIPE_PAST_CACHES) {                                                              \
      xor_stride(dst, src, blocks, stride, phase, keystream, 1);                                   \
      _mm_sfence();                                                                                \
    } else {                                                                                       \
      STRIPE_BY_STRIDE(xor_stride, phase, keystream, 0)                                            \
    }                                                                                              \
  }

/* The shuffle that spreads 16 bytes of keystream over the k-th 16 bytes of a super-block: pshufb and
 * TBL give zero for an index of 0x80. */
static inline void stripe_shuffle(uint8_t index[16], size_t k, size_t stride, size_t phase) {
  for (size_t i = 0; i < 16; i++) {
    size_t byte = k * 16 + i;
    int is_encrypted = byte >= phase && (byte - phase) % stride == 0;
    index[i] = is_encrypted ? (uint8_t)((byte - phase) / stride) : 0x80;
  }
}

/* NULL where the build or the CPU lacks the instructions. */
const stripe_kernel *stripe_kernel_ssse3(void);
const stripe_kernel *stripe_kernel_avx2(void);
const stripe_kernel *stripe_kernel_avx512(void);
const stripe_kernel *stripe_kernel_neon(void);

/* The scalar twin, which all others are tested against. */
void stripe_scalar(uint8_t *dst, const uint8_t *src, size_t length, size_t first, size_t stride,
                   const uint8_t *keystream);

#endif
