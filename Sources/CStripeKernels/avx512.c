/* SPDX-License-Identifier: Apache-2.0 OR MIT */
#include "kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define WIDTH 64
#define LONGEST 64
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vbmi")))

TARGET static inline __attribute__((always_inline)) void
xor_stride(uint8_t *dst, const uint8_t *src, size_t blocks, size_t stride, size_t phase,
           const uint8_t *keystream, int past_caches) {
  /* vpermb spreads the keystream over vector k of a super-block; the mask leaves zero where no byte
   * is encrypted. */
  __m512i spread[LONGEST];
  __mmask64 mask[LONGEST];
  uint8_t index[WIDTH] = {0};
  size_t byte = phase, j = 0;
  for (size_t k = 0; k < stride; k++) {
    uint64_t encrypted = 0;
    for (; byte < (k + 1) * WIDTH; byte += stride, j++) {
      encrypted |= UINT64_C(1) << (byte % WIDTH);
      index[byte % WIDTH] = (uint8_t)j;
    }
    mask[k] = encrypted;
    spread[k] = _mm512_loadu_si512(index);
  }
  for (size_t block = 0; block < blocks; block++, keystream += WIDTH) {
    __m512i key = _mm512_loadu_si512(keystream);
    for (size_t k = 0; k < stride; k++, src += WIDTH, dst += WIDTH) {
      __m512i bytes =
          _mm512_xor_si512(_mm512_loadu_si512(src),
                           _mm512_maskz_permutexvar_epi8(mask[k], spread[k], key));
      if (past_caches)
        _mm512_stream_si512((__m512i *)dst, bytes);
      else
        _mm512_store_si512(dst, bytes);
    }
  }
}

STRIPE_XOR_BLOCKS(TARGET)

const stripe_kernel *stripe_kernel_avx512(void) {
  static const stripe_kernel kernel = {WIDTH, LONGEST, xor_blocks};
  return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi") ? &kernel
                                                                                    : NULL;
}
#else
const stripe_kernel *stripe_kernel_avx512(void) { return NULL; }
#endif
