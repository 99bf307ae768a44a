/* SPDX-License-Identifier: Apache-2.0 OR MIT */
#include "kernel.h"

/* Not string.h, which a bare-metal clang does not have; a library's memcpy is called all the same. */
#define memcpy __builtin_memcpy

/* Eight bytes at a time: heads of frames are short, and there are many. */
static void xor_all(uint8_t *dst, size_t length, const uint8_t *keystream) {
  for (; length >= 8; length -= 8, dst += 8, keystream += 8) {
    uint64_t bytes, key;
    memcpy(&bytes, dst, 8);
    memcpy(&key, keystream, 8);
    bytes ^= key;
    memcpy(dst, &bytes, 8);
  }
  for (; length > 0; length--)
    *dst++ ^= *keystream++;
}

void stripe_scalar(uint8_t *dst, const uint8_t *src, size_t length, size_t first, size_t stride,
                   const uint8_t *keystream) {
  if (dst != src)
    memcpy(dst, src, length);
  if (first >= length)
    return;
  if (stride == 1) {
    xor_all(dst + first, length - first, keystream);
    return;
  }
  size_t left = (length - first - 1) / stride + 1;
  uint8_t *byte = dst + first;
  /* Four at a time: one load, XOR and store after the other would wait for each other. */
  for (; left >= 4; left -= 4, byte += 4 * stride, keystream += 4) {
    byte[0] ^= keystream[0];
    byte[stride] ^= keystream[1];
    byte[2 * stride] ^= keystream[2];
    byte[3 * stride] ^= keystream[3];
  }
  for (; left > 0; left--, byte += stride)
    *byte ^= *keystream++;
}
