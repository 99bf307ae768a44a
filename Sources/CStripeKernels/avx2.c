/* SPDX-License-Identifier: Apache-2.0 OR MIT */
#include "kernel.h"

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>

#define WIDTH 32
#define LONGEST 31
#define LANE 16

/* vpshufb shuffles within each half of a vector, so each half gets keystream of its own: 16 bytes
 * from the first one that it needs. */
struct half {
  uint8_t from;
};

__attribute__((target("avx2"))) static void
xor_blocks(uint8_t *dst, const uint8_t *src, size_t blocks, size_t stride, size_t phase,
           const uint8_t *keystream, uint32_t flags) {
  __m256i shuffle[LONGEST];
  struct half halves[LONGEST][2];
  for (size_t k = 0; k < stride; k++) {
    uint8_t index[WIDTH];
    for (size_t half = 0; half < 2; half++) {
      size_t start = k * WIDTH + half * LANE;
      /* The first encrypted byte at or behind `start`. */
      size_t from = start <= phase ? 0 : (start - phase + stride - 1) / stride;
      halves[k][half].from = (uint8_t)from;
      for (size_t i = 0; i < LANE; i++) {
        size_t byte = start + i;
        int is_encrypted = byte >= phase && (byte - phase) % stride == 0;
        index[half * LANE + i] = is_encrypted ? (uint8_t)((byte - phase) / stride - from) : 0x80;
      }
    }
    shuffle[k] = _mm256_loadu_si256((const __m256i *)index);
  }
  int past_caches = (flags & STRIPE_PAST_CACHES) != 0;
  for (size_t block = 0; block < blocks; block++, keystream += WIDTH) {
    for (size_t k = 0; k < stride; k++, src += WIDTH, dst += WIDTH) {
      __m256i key = _mm256_inserti128_si256(
          _mm256_castsi128_si256(
              _mm_loadu_si128((const __m128i *)(keystream + halves[k][0].from))),
          _mm_loadu_si128((const __m128i *)(keystream + halves[k][1].from)), 1);
      __m256i bytes = _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)src),
                                       _mm256_shuffle_epi8(key, shuffle[k]));
      if (past_caches)
        _mm256_stream_si256((__m256i *)dst, bytes);
      else
        _mm256_store_si256((__m256i *)dst, bytes);
    }
  }
  if (past_caches)
    _mm_sfence();
}

const stripe_kernel *stripe_kernel_avx2(void) {
  /* The last half may start at keystream byte 32 (one beyond) and reads 16. */
  static const stripe_kernel kernel = {WIDTH, LONGEST, LANE, xor_blocks};
  return __builtin_cpu_supports("avx2") ? &kernel : NULL;
}
#else
const stripe_kernel *stripe_kernel_avx2(void) { return NULL; }
#endif
