/* SPDX-License-Identifier: Apache-2.0 OR MIT */
#include "kernel.h"

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>

#define WIDTH 32
#define LONGEST 31
#define LANE 16
#define TARGET __attribute__((target("avx2")))

/* vpshufb shuffles within each half of a vector, so a half is what SSSE3's vector is: the first
 * `stride` halves of a super-block take the first 16 bytes of its keystream, the others the rest.
 * With an odd stride one vector lies across. */
TARGET static inline __attribute__((always_inline)) void
xor_stride(uint8_t *dst, const uint8_t *src, size_t blocks, size_t stride, size_t phase,
           const uint8_t *keystream, int past_caches) {
  __m256i shuffle[LONGEST];
  for (size_t k = 0; k < stride; k++) {
    uint8_t index[WIDTH];
    stripe_shuffle(index, 2 * k % stride, stride, phase);
    stripe_shuffle(index + LANE, (2 * k + 1) % stride, stride, phase);
    shuffle[k] = _mm256_loadu_si256((const __m256i *)index);
  }
  for (size_t block = 0; block < blocks; block++, keystream += WIDTH) {
    __m128i first = _mm_loadu_si128((const __m128i *)keystream);
    __m128i second = _mm_loadu_si128((const __m128i *)(keystream + LANE));
    __m256i before = _mm256_broadcastsi128_si256(first);
    __m256i across = _mm256_inserti128_si256(before, second, 1);
    __m256i behind = _mm256_broadcastsi128_si256(second);
    for (size_t k = 0; k < stride; k++, src += WIDTH, dst += WIDTH) {
      __m256i key = 2 * k + 1 < stride ? before : 2 * k < stride ? across : behind;
      __m256i bytes = _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)src),
                                       _mm256_shuffle_epi8(key, shuffle[k]));
      if (past_caches)
        _mm256_stream_si256((__m256i *)dst, bytes);
      else
        _mm256_store_si256((__m256i *)dst, bytes);
    }
  }
}

STRIPE_XOR_BLOCKS(TARGET)

const stripe_kernel *stripe_kernel_avx2(void) {
  static const stripe_kernel kernel = {WIDTH, LONGEST, xor_blocks};
  return __builtin_cpu_supports("avx2") ? &kernel : NULL;
}
#else
const stripe_kernel *stripe_kernel_avx2(void) { return NULL; }
#endif
