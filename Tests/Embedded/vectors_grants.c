/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * Grants, and tracks that are opened with the keys that they carry.
 */
#include "vectors.h"

/* Reads the grant in a file for the device of `player`, into a further place. */
static int32_t take_grant(struct player *player, const char *folder, const char *name,
                          uint32_t allow_test) {
  struct file file = load(folder, name);
  uint32_t place = PINSTRIPE_KEY_FIRST_WRAP + player->recipient_count;
  int32_t status = pinstripe_grant_recipient(&player->provider, &player->keybox,
                                             &player->recipients[0], file.bytes, file.size,
                                             allow_test, place,
                                             &player->recipients[player->recipient_count]);
  if (status == PINSTRIPE_OK) player->recipient_count++;
  close_file(&file);
  return status;
}

/* NAME STATUS GRANT KEYBOX KEY FLAGS */
void run_grant(const char *folder, char *field[6]) {
  struct player player = {0};
  int32_t status;
  player.name = field[0];
  if (is_ok(take_keybox(&player, folder, field[3], 1), field[0], "the keybox")) {
    status = take_grant(&player, folder, field[2], strcmp(field[5], "notest") != 0);
    check(is_among(status, field[1]), field[0], field[1], status);
    if (status == PINSTRIPE_OK) {
      const pinstripe_recipient *recipient = &player.recipients[1];
      check(recipient->kind == PINSTRIPE_RECIPIENT_USER ||
                recipient->kind == PINSTRIPE_RECIPIENT_GROUP,
            field[0], "whose key it is", recipient->kind);
      check(recipient->key == PINSTRIPE_KEY_FIRST_WRAP + 1, field[0], "where it is", recipient->key);
    }
  }
  close_player(&player);
}

/* NAME STATUS TRACK KEYBOX PLAIN GRANT,... */
void run_granted(const char *folder, char *field[6]) {
  struct player player = {0};
  int32_t status;
  char *grant;
  player.name = field[0];
  if (is_ok(take_keybox(&player, folder, field[3], 1), field[0], "the keybox")) {
    for (grant = strtok(field[5], ","); grant != NULL; grant = strtok(NULL, ","))
      is_ok(take_grant(&player, folder, grant, 1), field[0], grant);
    status = open_file(&player, folder, field[2], 0);
    check(is_right(&player, status, field[1]), field[0], field[1], status);
    if (status == PINSTRIPE_OK && strcmp(field[4], "-") != 0)
      check_content(&player, folder, field[4]);
  }
  close_player(&player);
}
