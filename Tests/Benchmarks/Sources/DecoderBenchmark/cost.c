/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 *   cost FOLDER TRACK TIMES
 *
 * Opens a track and decrypts all of it, as often as it is told, in pieces of 4 KiB. Two runs that differ in
 * TIMES alone differ by the cost of decrypting and nothing else.
 */
#include "harness.h"
#ifdef WITH_STRIPE
#include "stripe_kernels.h"
#endif

int main(int count, char **arguments) {
  static uint8_t work[PINSTRIPE_WORK_SIZE_OPENING];
  static keys_state keys;
  static pinstripe_decoder decoder;
  pinstripe_provider provider;
  pinstripe_keybox box;
  pinstripe_recipient recipient;
  pinstripe_storage storage;
  pinstripe_info info = {0};
  struct file track, keybox;
  int times;
  if (count != 4) return 64;
  track = load(arguments[1], arguments[2]);
  keybox = load(arguments[1], "device.keybox");
  storage = storage_of(&track);
  info.struct_size = sizeof info;
  info.abi_version = PINSTRIPE_ABI_VERSION;
  if (use_keybox(&keybox, 1, &keys, &provider, &box, &recipient) != PINSTRIPE_OK) return 1;
#ifdef WITH_STRIPE
  provider.stripe = stripe_xor;
#endif
  if (pinstripe_open(&decoder, &provider, &storage, &recipient, 1, 0, work, sizeof work) !=
          PINSTRIPE_OK ||
      pinstripe_get_info(&decoder, &info) != PINSTRIPE_OK)
    return 1;
  for (times = atoi(arguments[3]); times > 0; times--) {
    uint64_t at = 0;
    while (at < info.content_length) {
      uint64_t left = info.content_length - at;
      size_t piece = left < 4096 ? (size_t)left : 4096;
      uint8_t *bytes = track.bytes + info.payload_offset + at;
      if (pinstripe_xor_at(&decoder, at, bytes, bytes, piece) != PINSTRIPE_OK) return 1;
      at += piece;
    }
  }
  return 0;
}
