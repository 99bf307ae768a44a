/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * Built with a header of another ABI version than the decoder's, as run.sh makes one: each function that
 * takes a struct says so, and calls nothing of what it was given.
 */
#include <stdio.h>
#include <string.h>

#include "pinstripe_decoder.h"

static unsigned passed, failed;

static void expect(int32_t status, int32_t wanted, const char *what) {
  if (status == wanted) {
    passed++;
  } else {
    failed++;
    printf("FAILED abi: %s (%d)\n", what, (int)status);
  }
}

#define FILL(thing) \
  (memset(&thing, 0, sizeof thing), thing.struct_size = sizeof thing, \
   thing.abi_version = PINSTRIPE_ABI_VERSION)

int main(void) {
  static uint8_t work[PINSTRIPE_WORK_SIZE_OPENING], dus[32];
  pinstripe_decoder decoder;
  pinstripe_provider provider;
  pinstripe_storage storage;
  pinstripe_keybox keybox;
  pinstripe_recipient recipient, other;
  memset(&recipient, 0, sizeof recipient);
  memset(&decoder, 0, sizeof decoder);
  FILL(provider); /* no functions: calling one would end the program */
  FILL(storage);
  FILL(keybox);
  expect(pinstripe_abi_version() != PINSTRIPE_ABI_VERSION, 1, "the versions are the same");
  expect(pinstripe_keybox_read(&provider, work, 128, 1, &keybox, dus), PINSTRIPE_E_ABI, "keybox");
  expect(pinstripe_device_recipient(&provider, &keybox, PINSTRIPE_KEY_FIRST_WRAP, &recipient),
         PINSTRIPE_E_ABI, "device");
  recipient.key = PINSTRIPE_KEY_FIRST_WRAP;
  expect(pinstripe_grant_recipient(&provider, &keybox, &recipient, work, 128, 1,
                                   PINSTRIPE_KEY_FIRST_WRAP + 1, &other),
         PINSTRIPE_E_ABI, "grant");
  expect(pinstripe_open(&decoder, &provider, &storage, &recipient, 1, 0, work, sizeof work),
         PINSTRIPE_E_ABI, "open");
  printf("%u passed, %u failed\n", passed, failed);
  return failed != 0;
}
