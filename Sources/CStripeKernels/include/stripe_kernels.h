/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * stripe_kernels.h - the stripe XOR in vectors.
 *
 * One function does what the decoder's scalar code does, with the widest vectors
 * that the CPU has, and gives the same bytes. One file holds one instruction
 * set; none needs more than stdint.h, stddef.h, memcpy and its intrinsics. On a
 * board, give stripe_xor to pinstripe_provider's `stripe`.
 */
#ifndef STRIPE_KERNELS_H
#define STRIPE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __clang__
#pragma clang assume_nonnull begin
#endif

/** Instruction sets, the wider the higher. */
#define STRIPE_SCALAR 0u
#define STRIPE_SSSE3 1u
#define STRIPE_AVX2 2u
#define STRIPE_AVX512 3u /* AVX-512 BW and VBMI */
#define STRIPE_NEON 4u

/** Store past the caches: for copies so large that they would only push everything
 *  else out. Without meaning in place. */
#define STRIPE_PAST_CACHES 1u

/** XORs keystream into every `stride`-th of `length` bytes, from byte `first` on,
 *  on the way from `src` to `dst`; the same buffer or two that do not overlap.
 *  Keystream byte j goes to byte first + j * stride. `stride` is at least 1 and
 *  `first` may lie behind the end. Nothing outside the `length` bytes and the
 *  keystream they need is read or written. */
void stripe_xor(uint8_t *dst, const uint8_t *src, size_t length, size_t first,
                size_t stride, const uint8_t *keystream, uint32_t flags);

/** The same with one instruction set, for tests and benchmarks.
 *  Returns 0, or -1 when this CPU or this build does not have it. */
int stripe_xor_with(uint32_t instructions, uint8_t *dst, const uint8_t *src,
                    size_t length, size_t first, size_t stride,
                    const uint8_t *keystream, uint32_t flags);

/** The instruction set that stripe_xor uses on this CPU. */
uint32_t stripe_instructions(void);

#ifdef __clang__
#pragma clang assume_nonnull end
#endif

#ifdef __cplusplus
}
#endif

#endif /* STRIPE_KERNELS_H */
