/* SPDX-License-Identifier: Apache-2.0 OR MIT */
#include "kernel.h"

#if defined(__x86_64__) || defined(__i386__)
#include <tmmintrin.h>

#define WIDTH 16
#define LONGEST 15

__attribute__((target("ssse3"))) static void
xor_blocks(uint8_t *dst, const uint8_t *src, size_t blocks, size_t stride, size_t phase,
           const uint8_t *keystream, uint32_t flags) {
  /* Shuffle k spreads the keystream over vector k of a super-block; pshufb gives zero where the
   * index has its high bit set. */
  __m128i shuffle[LONGEST];
  for (size_t k = 0; k < stride; k++) {
    uint8_t index[WIDTH];
    for (size_t i = 0; i < WIDTH; i++) {
      size_t byte = k * WIDTH + i + stride - phase;
      index[i] = byte % stride ? 0x80 : (uint8_t)(byte / stride - 1);
      if (k * WIDTH + i < phase)
        index[i] = 0x80;
    }
    shuffle[k] = _mm_loadu_si128((const __m128i *)index);
  }
  int past_caches = (flags & STRIPE_PAST_CACHES) != 0;
  for (size_t block = 0; block < blocks; block++, keystream += WIDTH) {
    __m128i key = _mm_loadu_si128((const __m128i *)keystream);
    for (size_t k = 0; k < stride; k++, src += WIDTH, dst += WIDTH) {
      __m128i bytes = _mm_xor_si128(_mm_loadu_si128((const __m128i *)src),
                                    _mm_shuffle_epi8(key, shuffle[k]));
      if (past_caches)
        _mm_stream_si128((__m128i *)dst, bytes);
      else
        _mm_store_si128((__m128i *)dst, bytes);
    }
  }
  if (past_caches)
    _mm_sfence();
}

const stripe_kernel *stripe_kernel_ssse3(void) {
  static const stripe_kernel kernel = {WIDTH, LONGEST, 0, xor_blocks};
  return __builtin_cpu_supports("ssse3") ? &kernel : NULL;
}
#else
const stripe_kernel *stripe_kernel_ssse3(void) { return NULL; }
#endif
