/* SPDX-License-Identifier: Apache-2.0 OR MIT */
#include "kernel.h"

#if defined(__x86_64__) || defined(__i386__)
#include <tmmintrin.h>

#define WIDTH 16
#define LONGEST 16
#define TARGET __attribute__((target("ssse3")))

TARGET static inline __attribute__((always_inline)) void
xor_stride(uint8_t *dst, const uint8_t *src, size_t blocks, size_t stride, size_t phase,
           const uint8_t *keystream, int past_caches) {
  __m128i shuffle[LONGEST];
  for (size_t k = 0; k < stride; k++) {
    uint8_t index[WIDTH];
    stripe_shuffle(index, k, stride, phase);
    shuffle[k] = _mm_loadu_si128((const __m128i *)index);
  }
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
}

STRIPE_XOR_BLOCKS(TARGET)

const stripe_kernel *stripe_kernel_ssse3(void) {
  static const stripe_kernel kernel = {WIDTH, LONGEST, xor_blocks};
  return __builtin_cpu_supports("ssse3") ? &kernel : NULL;
}
#else
const stripe_kernel *stripe_kernel_ssse3(void) { return NULL; }
#endif
