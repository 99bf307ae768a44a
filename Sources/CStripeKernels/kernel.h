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
  size_t overread;       /* keystream bytes that may be read beyond the last block's */
  /* `blocks` super-blocks from an address of `dst` that is a multiple of width on;
   * `phase`, below stride, is the first encrypted byte. */
  void (*run)(uint8_t *dst, const uint8_t *src, size_t blocks, size_t stride, size_t phase,
              const uint8_t *keystream, uint32_t flags);
} stripe_kernel;

/* NULL where the build or the CPU lacks the instructions. */
const stripe_kernel *stripe_kernel_ssse3(void);
const stripe_kernel *stripe_kernel_avx2(void);
const stripe_kernel *stripe_kernel_avx512(void);
const stripe_kernel *stripe_kernel_neon(void);

/* The scalar twin, which all others are tested against. */
void stripe_scalar(uint8_t *dst, const uint8_t *src, size_t length, size_t first, size_t stride,
                   const uint8_t *keystream);

#endif
