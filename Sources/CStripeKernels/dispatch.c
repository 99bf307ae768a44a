/* SPDX-License-Identifier: Apache-2.0 OR MIT */
#include "kernel.h"

/* Shorter pieces are done before the shuffles are prepared. */
#define SHORTEST_VECTORED 1024u

static const stripe_kernel *kernel_for(uint32_t instructions) {
  switch (instructions) {
  case STRIPE_SSSE3: return stripe_kernel_ssse3();
  case STRIPE_AVX2: return stripe_kernel_avx2();
  case STRIPE_AVX512: return stripe_kernel_avx512();
  case STRIPE_NEON: return stripe_kernel_neon();
  default: return NULL;
  }
}

uint32_t stripe_instructions(void) {
  for (uint32_t instructions = STRIPE_NEON; instructions > STRIPE_SCALAR; instructions--)
    if (kernel_for(instructions))
      return instructions;
  return STRIPE_SCALAR;
}

/* Where the stripe goes on behind `done` bytes: the next encrypted byte, relative to there. */
static size_t next(size_t first, size_t stride, size_t done) {
  return first >= done ? first - done : (stride - (done - first) % stride) % stride;
}

/* Encrypted bytes among the first `length`. */
static size_t encrypted(size_t first, size_t stride, size_t length) {
  return length <= first ? 0 : (length - first - 1) / stride + 1;
}

static void run(const stripe_kernel *kernel, uint8_t *dst, const uint8_t *src, size_t length,
                size_t first, size_t stride, const uint8_t *keystream, uint32_t flags) {
  /* To the first full vector of dst that lies within a period of the stripe. */
  size_t head = first >= stride ? first - first % stride : 0;
  head += (0 - (uintptr_t)(dst + head)) % kernel->width;
  if (!kernel->run || stride > kernel->longest_stride || head >= length) {
    stripe_scalar(dst, src, length, first, stride, keystream);
    return;
  }
  stripe_scalar(dst, src, head, first, stride, keystream);
  keystream += encrypted(first, stride, head);
  first = next(first, stride, head);
  dst += head, src += head, length -= head;

  size_t blocks = length / (kernel->width * stride);
  if (blocks > 0)
    kernel->run(dst, src, blocks, stride, first, keystream, dst == src ? 0 : flags);
  size_t done = blocks * kernel->width * stride;
  stripe_scalar(dst + done, src + done, length - done, first, stride,
                keystream + blocks * kernel->width);
}

void stripe_xor(uint8_t *dst, const uint8_t *src, size_t length, size_t first, size_t stride,
                const uint8_t *keystream, uint32_t flags) {
  const stripe_kernel *kernel = NULL;
  if (length >= SHORTEST_VECTORED)
    kernel = kernel_for(stripe_instructions());
  if (kernel)
    run(kernel, dst, src, length, first, stride, keystream, flags);
  else
    stripe_scalar(dst, src, length, first, stride, keystream);
}

int stripe_xor_with(uint32_t instructions, uint8_t *dst, const uint8_t *src, size_t length,
                    size_t first, size_t stride, const uint8_t *keystream, uint32_t flags) {
  const stripe_kernel *kernel = kernel_for(instructions);
  if (kernel)
    run(kernel, dst, src, length, first, stride, keystream, flags);
  else if (instructions == STRIPE_SCALAR)
    stripe_scalar(dst, src, length, first, stride, keystream);
  else
    return -1;
  return 0;
}
