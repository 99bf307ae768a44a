/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * The vectors' lists (Tests/Vectors/README.md, "Exported files") through the decoder's C API: a
 * function for each list, and what they share.
 */
#ifndef VECTORS_H
#define VECTORS_H

#include "guarded.h"
#include "harness.h"

/* A device, its keys, and a track that it tries to open. */
struct player {
  const char *name; /* of the case */
  struct file keybox_file, file;
  keys_state keys;
  pinstripe_provider provider;
  pinstripe_keybox keybox;
  pinstripe_recipient recipients[16];
  uint32_t recipient_count;
  pinstripe_storage storage;
  struct guarded memory;      /* the context and the work buffer, each at an end of it */
  pinstripe_decoder *decoder; /* in front: nothing may be written before it */
  uint8_t *work;              /* at the end: nor behind this */
};

/* vectors.c */
int32_t take_keybox(struct player *player, const char *folder, const char *keybox, uint32_t allow_test);
int32_t open_file(struct player *player, const char *folder, const char *file, uint32_t flags);
int is_right(const struct player *player, int32_t status, const char *statuses);
void close_player(struct player *player);
int is_ok(int32_t status, const char *name, const char *what);
/* The word behind a case's name in one of the lists; NULL if it is not there. `which` counts from 1. */
const char *word_of(const char *folder, const char *list, const char *name, int which);

/* vectors_content.c */
void check_content(struct player *player, const char *folder, const char *plain);
void check_unreadable(struct player *player, const char *statuses);
void check_seek(struct player *player, const char *statuses, uint64_t offset);

/* vectors_sections.c: all that a track has besides its content, directly after it was opened */
void check_sections(struct player *player, const char *folder);
/* Whether the rights let the content be decrypted. */
int check_rights(struct player *player, const char *folder, const char *track);

/* vectors_grants.c */
void run_grant(const char *folder, char *field[6]);
void run_granted(const char *folder, char *field[6]);

#endif
