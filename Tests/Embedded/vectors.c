/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * Runs the vectors through the decoder's C API, as firmware does.
 *
 *   vectors FOLDER
 *
 * FOLDER is what Tests/Vectors/make_vectors.py --export made; its README has the lists' forms.
 */
#include "vectors.h"
#ifdef WITH_STRIPE
#include "stripe_kernels.h"
#endif

int is_ok(int32_t status, const char *name, const char *what) {
  return check(status == PINSTRIPE_OK, name, what, status);
}

int32_t take_keybox(struct player *player, const char *folder, const char *keybox,
                    uint32_t allow_test) {
  int32_t status;
  size_t size = PINSTRIPE_DECODER_SIZE + PINSTRIPE_WORK_SIZE_OPENING;
  player->keybox_file = load(folder, keybox);
  status = use_keybox(&player->keybox_file, allow_test, &player->keys, &player->provider,
                      &player->keybox, &player->recipients[0]);
#ifdef WITH_STRIPE
  player->provider.stripe = stripe_xor;
#endif
  player->recipient_count = 1;
  player->memory = guarded_new(size);
  memset(player->memory.start, GUARD, (size_t)(player->memory.end - player->memory.start));
  player->decoder = (pinstripe_decoder *)(void *)player->memory.start;
  player->work = player->memory.end - PINSTRIPE_WORK_SIZE_OPENING;
  return status;
}

int32_t open_file(struct player *player, const char *folder, const char *file, uint32_t flags) {
  player->file = load(folder, file);
  player->storage = storage_of(&player->file);
  return pinstripe_open(player->decoder, &player->provider, &player->storage, player->recipients,
                        player->recipient_count, flags, player->work, PINSTRIPE_WORK_SIZE_OPENING);
}

/* A decoder for every(N) patterns alone refuses a framed track, unless it has refused it before. */
int is_right(const struct player *player, int32_t status, const char *statuses) {
#ifdef EVERY_ONLY
  const struct file *file = &player->file;
  if (status == PINSTRIPE_E_PATTERN && file->size >= PINSTRIPE_HEADER_AREA_SIZE &&
      file->bytes != NULL && file->bytes[24] == PINSTRIPE_PATTERN_FRAMED)
    return 1;
#endif
  (void)player;
  return is_among(status, statuses);
}

void close_player(struct player *player) {
  pinstripe_wipe(player->decoder);
  keys_close(&player->keys);
  close_file(&player->file);
  close_file(&player->keybox_file);
  guarded_free(&player->memory);
}

/* The next line of a list, in words; 0 at its end. */
static int next_line(FILE *list, char *line, int size, char **field, int most) {
  int count;
  if (fgets(line, size, list) == NULL) return 0;
  for (count = 0; count < most; count++) {
    field[count] = strtok(count ? NULL : line, " \n");
    if (field[count] == NULL) field[count] = line + strlen(line);
  }
  return 1;
}

static FILE *open_list(const char *folder, const char *name) {
  char path[1024];
  FILE *list;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  list = fopen(path, "r");
  if (list == NULL) {
    fprintf(stderr, "error: %s cannot be read.\n", path);
    exit(66);
  }
  return list;
}

const char *word_of(const char *folder, const char *list, const char *name, int which) {
  /* All lists in memory, because they are searched a thousand times. */
  static struct {
    const char *list;
    char *text;
  } kept[8];
  static char line[512];
  size_t index = 0, length = strlen(name);
  char *found;
  while (kept[index].list != NULL && strcmp(kept[index].list, list) != 0) index++;
  if (kept[index].list == NULL) {
    struct file file = load(folder, list);
    file.bytes[file.size] = '\0';
    kept[index].list = list;
    kept[index].text = (char *)file.bytes;
  }
  for (found = kept[index].text; (found = strstr(found, name)) != NULL; found += length)
    if ((found == kept[index].text || found[-1] == '\n') && found[length] == ' ') break;
  if (found == NULL) return NULL;
  snprintf(line, sizeof line, "%.*s", (int)strcspn(found, "\n"), found);
  for (found = strtok(line, " "); found != NULL && which > 0; which--) found = strtok(NULL, " ");
  return found;
}

/* NAME STATUS TRACK KEYBOX PLAIN FLAGS. A name with "+rights" is its track's, for who obeys rights. */
static void run_case(const char *folder, char *field[6]) {
  struct player player = {0};
  uint32_t flags = 0;
  int32_t status;
  player.name = field[0];
  if (strcmp(field[5], "clear") == 0) flags |= PINSTRIPE_OPEN_ALLOW_CLEAR;
  if (strstr(field[5], "rights") != NULL) flags |= PINSTRIPE_OPEN_OBEYS_RIGHTS;
  if (strcmp(field[5], "clear,rights") == 0) flags |= PINSTRIPE_OPEN_ALLOW_CLEAR;
  status = take_keybox(&player, folder, field[3], strncmp(field[5], "notest", 6) != 0);
  if (status == PINSTRIPE_OK) {
    status = open_file(&player, folder, field[2], flags);
    if (status == PINSTRIPE_OK) {
      const char *statuses;
      char track[256];
      snprintf(track, sizeof track, "%.*s", (int)strcspn(field[0], "+"), field[0]);
      if (strcmp(field[2] + strlen(field[2]) - 4, ".pst") == 0) check_sections(&player, folder);
      if (check_rights(&player, folder, track)) {
        const char *offset = word_of(folder, "seek.txt", track, 2);
        uint64_t place = offset == NULL ? 0 : strtoull(offset, NULL, 10);
        statuses = word_of(folder, "seek.txt", track, 1);
        if (statuses != NULL) check_seek(&player, statuses, place);
        statuses = word_of(folder, "content.txt", track, 1);
        if (strcmp(field[4], "-") != 0)
          check_content(&player, folder, field[4]);
        else if (statuses != NULL)
          check_unreadable(&player, statuses);
      }
    }
    check(guarded_check(&player.memory, player.memory.start,
                        (size_t)(player.memory.end - player.memory.start)),
          field[0], "memory around context and work buffer", 0);
    pinstripe_wipe(player.decoder);
    check(is_zero(player.decoder, sizeof *player.decoder), field[0],
          "something is left after the wipe", status);
  }
  check(is_right(&player, status, field[1]), field[0], field[1], status);
  close_player(&player);
}

int main(int count, char **arguments) {
  static const struct {
    const char *list;
    int fields;
    void (*run)(const char *folder, char *field[6]);
  } lists[] = {
      {"cases.txt", 6, run_case}, {"grants.txt", 6, run_grant}, {"granted.txt", 6, run_granted}};
  static char line[4096];
  char *field[6];
  size_t index;
  if (count != 2) {
    fprintf(stderr, "usage: vectors FOLDER\n");
    return 64;
  }
  for (index = 0; index < sizeof lists / sizeof *lists; index++) {
    FILE *list = open_list(arguments[1], lists[index].list);
    unsigned before = passed + failed;
    while (next_line(list, line, sizeof line, field, lists[index].fields))
      lists[index].run(arguments[1], field);
    check(passed + failed > before, lists[index].list, "is empty", 0);
    fclose(list);
  }
  return report();
}
