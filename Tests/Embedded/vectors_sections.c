/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * What an open track has besides its content: metadata, purchaser and rights.
 */
#include "vectors.h"

static pinstripe_section no_section(void) {
  pinstripe_section section;
  memset(&section, 0, sizeof section);
  section.struct_size = sizeof section;
  section.abi_version = PINSTRIPE_ABI_VERSION;
  return section;
}

/* The contents whole, and once more in pieces in any order. */
static void check_contents(struct player *player, const pinstripe_section *section,
                           const char *folder, const char *plain_name) {
  struct file plain = load(folder, plain_name);
  struct guarded area = guarded_new(plain.size);
  uint8_t *out = guarded_fill(&area, plain.size, 0, 1);
  int round;
  if (check(section->length == plain.size, player->name, "length of a section", section->length)) {
    is_ok(pinstripe_section_read(player->decoder, section, 0, out, plain.size), player->name,
          "reading a section");
    check(memcmp(out, plain.bytes, plain.size) == 0, player->name, "contents of a section", 0);
    for (round = 0; round < 20; round++) {
      size_t at = random_below(plain.size + 1), count = random_below(plain.size - at + 1);
      memset(out, GUARD, plain.size);
      is_ok(pinstripe_section_read(player->decoder, section, (uint32_t)at, out + at, count),
            player->name, "reading a piece of a section");
      check(memcmp(out + at, plain.bytes + at, count) == 0 && guarded_check(&area, out + at, count),
            player->name, "a piece of a section", (long long)at);
    }
    check(pinstripe_section_read(player->decoder, section, (uint32_t)plain.size, out, 1) ==
              PINSTRIPE_E_RANGE,
          player->name, "behind a section", 0);
  }
  guarded_free(&area);
  close_file(&plain);
}

static uint32_t number_at(const uint8_t *bytes, int count) {
  uint32_t number = 0;
  while (count-- > 0) number = number << 8 | bytes[count];
  return number;
}

/* The fields are those that a walk over the plain bytes finds. */
static void check_fields(struct player *player, const pinstripe_section *section,
                         const char *folder, const char *plain_name) {
  struct file plain = load(folder, plain_name);
  pinstripe_field field;
  size_t at = 0;
  memset(&field, 0, sizeof field);
  field.struct_size = sizeof field;
  field.abi_version = PINSTRIPE_ABI_VERSION;
  while (at < plain.size) {
    uint32_t number = number_at(plain.bytes + at, 2), length = number_at(plain.bytes + at + 4, 4);
    at += 8;
    if ((number >= 1 && number <= 7) || number == 16 || number == 17) {
      is_ok(pinstripe_metadata_next(player->decoder, section, &field), player->name, "a field");
      check(field.number == number && field.offset == at && field.length == length, player->name,
            "which field", number);
    }
    at += length;
  }
  is_ok(pinstripe_metadata_next(player->decoder, section, &field), player->name, "the fields' end");
  check(field.number == 0, player->name, "a field too many", field.number);
  is_ok(pinstripe_metadata_next(player->decoder, section, &field), player->name, "behind the end");
  check(field.number == 0, player->name, "a field behind the end", field.number);
  close_file(&plain);
}

static void check_section(struct player *player, const char *folder, const char *track, uint32_t type,
                          const char *list) {
  char statuses[64] = "OK", plain[256] = "-";
  uint8_t buffer[1000];
  pinstripe_section section = no_section();
  const char *word = word_of(folder, list, track, 1);
  int is_listed = word != NULL;
  int32_t status;
  if (is_listed) {
    snprintf(statuses, sizeof statuses, "%s", word);
    snprintf(plain, sizeof plain, "%s", word_of(folder, list, track, 2));
  }
  /* Through pieces of any size. */
  status = pinstripe_section_begin(player->decoder, type, buffer, 64 + random_below(sizeof buffer - 64),
                                   &section);
  check(is_among(status, statuses), track, list, status);
  if (status != PINSTRIPE_OK) {
    check(section.offset == 0 && pinstripe_section_read(player->decoder, &section, 0, buffer, 0) ==
                                     PINSTRIPE_E_ARGUMENT,
          track, "a refused section is read", status);
    return;
  }
  check((section.offset != 0) == is_listed, track, "whether there is a section", type);
  if (strcmp(plain, "-") == 0) return;
  check_contents(player, &section, folder, plain);
  if (type == PINSTRIPE_SECTION_METADATA) check_fields(player, &section, folder, plain);
}

void check_sections(struct player *player, const char *folder) {
  char track[256];
  snprintf(track, sizeof track, "%.*s", (int)strcspn(player->name, "+"), player->name);
  check_section(player, folder, track, PINSTRIPE_SECTION_PURCHASER, "purchaser.txt");
  check_section(player, folder, track, PINSTRIPE_SECTION_METADATA, "metadata.txt");
}

int check_rights(struct player *player, const char *folder, const char *track) {
  pinstripe_rights rights;
  int32_t status;
  uint8_t byte = 0;
  int is_obeyed = strchr(player->name, '+') != NULL, may_play;
  const char *word = word_of(folder, "rights.txt", track, 1);
  char statuses[64], verdict[32];
  if (!is_obeyed || word == NULL) return 1;
  snprintf(statuses, sizeof statuses, "%s", word);
  snprintf(verdict, sizeof verdict, "%s", word_of(folder, "rights.txt", track, 2));
  memset(&rights, 0, sizeof rights);
  rights.struct_size = sizeof rights;
  rights.abi_version = PINSTRIPE_ABI_VERSION;
  check(pinstripe_xor_at(player->decoder, 0, &byte, &byte, 0) == PINSTRIPE_E_ARGUMENT, track,
        "decrypting before the rights were read", 0);
  status = pinstripe_rights_read(player->decoder, &player->keybox, 1, &rights);
  if (strcmp(verdict, "other-device") == 0)
    snprintf(statuses, sizeof statuses, "NO_SLOT");
  else if (strcmp(verdict, "unverified") == 0)
    snprintf(statuses, sizeof statuses, "TAG");
  check(is_among(status, statuses), track, "rights", status);
  may_play = status == PINSTRIPE_OK;
  if (may_play)
    check(((rights.flags & PINSTRIPE_RIGHTS_ISSUED) != 0) == (strcmp(verdict, "issued") == 0), track,
          "whether the rights are issued", rights.flags);
  check((pinstripe_xor_at(player->decoder, 0, &byte, &byte, 0) == PINSTRIPE_OK) == may_play, track,
        "decrypting after the rights were read", status);
  return may_play;
}
