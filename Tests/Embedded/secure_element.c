/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 *   secure_element FOLDER
 *
 * FOLDER is what make_tracks.py made. Tracks of every kind with keys that this process never has, and an
 * element that answers late, short or not at all: an error each time, never noise, and no answer is taken
 * for that to another question.
 */
#include "element.h"
#include "harness.h"

/* This process's own 32 bytes; volatile, so that they lie in memory. */
static volatile uint8_t marker[32];
static struct element element;
static pinstripe_provider provider;
static pinstripe_keybox keybox;
static pinstripe_recipient recipients[2];
static pinstripe_decoder decoder;
static uint8_t work[PINSTRIPE_WORK_SIZE_OPENING];
static struct file content;

static int32_t open_track(pinstripe_storage *storage) {
  pinstripe_rights rights = {0};
  int32_t status = pinstripe_open(&decoder, &provider, storage, recipients, 2,
                                  PINSTRIPE_OPEN_OBEYS_RIGHTS, work, sizeof work);
  rights.struct_size = sizeof rights;
  rights.abi_version = PINSTRIPE_ABI_VERSION;
  return status == PINSTRIPE_OK ? pinstripe_rights_read(&decoder, &keybox, 1, &rights) : status;
}

static void play(const char *folder, const char *name) {
  struct file file = load(folder, name);
  pinstripe_storage storage = storage_of(&file);
  uint8_t *out = malloc(content.size);
  int32_t status = open_track(&storage);
  check(status == PINSTRIPE_OK, name, "opening", status);
  if (status == PINSTRIPE_OK && out != NULL) {
    status = pinstripe_xor_at(&decoder, 0, file.bytes + 4096, out, content.size);
    check(status == PINSTRIPE_OK && memcmp(out, content.bytes, content.size) == 0, name, "content",
          status);
  }
  pinstripe_wipe(&decoder);
  free(out);
  close_file(&file);
}

/* The element errs from its n-th request on, while a track is opened and its start is decrypted. */
static void err(const char *folder, uint32_t how, const char *what) {
  struct file file = load(folder, "framed.pst");
  pinstripe_storage storage = storage_of(&file);
  uint8_t out[600];
  uint32_t after, step = how == ANSWER_SHORT ? 1 : 4, errors = 0;
  for (after = 0; after < 30; after += step) {
    int32_t status;
    element_misbehave(&element, how, after);
    element.limit_ms = how == ANSWER_SHORT ? 20000 : 20;
    memset(out, 0xA5, sizeof out);
    status = open_track(&storage);
    if (status == PINSTRIPE_OK) {
      status = pinstripe_xor_at(&decoder, 300, file.bytes + 4396, out, sizeof out);
      check(status == PINSTRIPE_OK ? memcmp(out, content.bytes + 300, sizeof out) == 0
                                   : is_zero(out, sizeof out),
            what, "noise", after);
    }
    check(status == PINSTRIPE_OK || status == PINSTRIPE_E_PROVIDER, what, "status", status);
    errors += status == PINSTRIPE_E_PROVIDER;
    /* What is still on its way must not be taken for anything that is asked from now on. */
    element.limit_ms = 20000;
    element_misbehave(&element, ANSWER_WELL, 0);
    pinstripe_wipe(&decoder);
    check(open_track(&storage) == PINSTRIPE_OK &&
              pinstripe_xor_at(&decoder, 300, file.bytes + 4396, out, sizeof out) == PINSTRIPE_OK &&
              memcmp(out, content.bytes + 300, sizeof out) == 0,
          what, "the next track", after);
    pinstripe_wipe(&decoder);
  }
  check(errors > 3, what, "errors", errors);
  close_file(&file);
}

int main(int count, char **arguments) {
  static const char *const tracks[] = {"every10.pst", "every10-aes.pst",    "every1.pst",
                                       "trailer.pst", "framed-trailer.pst", "rights.pst",
                                       "group.pst"};
  uint32_t found[3] = {0, 0, 0};
  uint8_t own[32];
  struct file grant;
  size_t index;
  int32_t status;
  if (count != 2) return 64;
  for (index = 0; index < sizeof own; index++) own[index] = (uint8_t)(3 + 7 * index);
  /* The element knows what to search for from its own copy, made before the two part. */
  status = element_start(&element, arguments[1], "device.keybox", own, &keybox);
  if (!check(status == PINSTRIPE_OK, "element", "start", status)) return report();
  element_provider(&element, &provider);
  for (index = 0; index < sizeof own; index++) marker[index] = own[index];
  content = load(arguments[1], "content.mp3");
  status = pinstripe_device_recipient(&provider, &keybox, PINSTRIPE_KEY_FIRST_WRAP, recipients);
  check(status == PINSTRIPE_OK, "element", "the device's key", status);
  grant = load(arguments[1], "group.grant");
  status = pinstripe_grant_recipient(&provider, &keybox, recipients, grant.bytes, grant.size, 1,
                                     PINSTRIPE_KEY_FIRST_WRAP + 1, recipients + 1);
  check(status == PINSTRIPE_OK, "element", "the group's key", status);
  for (index = 0; index < sizeof tracks / sizeof *tracks; index++) play(arguments[1], tracks[index]);
  check(element_search(&element, found) == PINSTRIPE_OK && found[2] == 1, "element",
        "the search finds what is there", found[2]);
  check(found[1] > 20, "element", "keys that were searched for", found[1]);
  check(found[0] == 0, "element", "keys in the player's memory", found[0]);
  err(arguments[1], ANSWER_SHORT, "short");
  err(arguments[1], ANSWER_LATE, "late");
  err(arguments[1], ANSWER_NEVER, "never");
  element_stop(&element);
  close_file(&grant);
  close_file(&content);
  return report();
}
