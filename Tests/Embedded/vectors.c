/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * Runs the vectors through the decoder's C API, as firmware does.
 *
 *   vectors FOLDER
 *
 * FOLDER/cases.txt (of Tests/Vectors/make_vectors.py --export) has a line for each case:
 *
 *   NAME STATUS[|STATUS...] TRACK KEYBOX PLAIN FLAGS
 *
 * A status is a PINSTRIPE_E_... without that prefix, or OK; any of those named is right. PLAIN is the
 * decrypted content, or "-". FLAGS: "clear" allows unprotected tracks, "notest" refuses TEST keyboxes.
 */
#include "harness.h"
#ifdef WITH_STRIPE
#include "stripe_kernels.h"
#endif

static const char *const status_names[] = {
    "OK", "ARGUMENT", "ABI", "STORAGE", "TRUNCATED", "NOT_A_TRACK", "VERSION", "SUITE", "PATTERN",
    "MALFORMED", "CRITICAL_SECTION", "NO_SLOT", "UNWRAP", "TAG", "PROVIDER", "RANGE", "KEYBOX",
    "WORK_SIZE", "CLEAR_REFUSED", "TEST_KEYBOX", "TOO_LARGE"};

/* Whether `status` is among `names`, which are joined by '|'. */
static int is_among(int32_t status, const char *names) {
  size_t length;
  const char *name;
  if (status > 0 || status < PINSTRIPE_E_TOO_LARGE) return 0;
  name = status_names[-status];
  for (length = strlen(name); (names = strstr(names, name)) != NULL; names += length)
    if (names[length] == '\0' || names[length] == '|') return 1;
  return 0;
}

struct opened {
  const char *name;
  pinstripe_decoder *decoder;
  const uint8_t *payload;
  struct file plain;
  /* Content at an odd distance from an aligned address, between bytes that must not change. */
  uint8_t *area;
};

enum { MARGIN = 16, GUARD = 0xA5 };

static uint8_t *fresh_area(struct opened *track, size_t skew) {
  memset(track->area, GUARD, track->plain.size + 2 * MARGIN);
  return track->area + MARGIN - skew;
}

static void check_area(struct opened *track, const uint8_t *content, const char *what, size_t skew) {
  const uint8_t *end = track->area + track->plain.size + 2 * MARGIN;
  const uint8_t *byte;
  check(memcmp(content, track->plain.bytes, track->plain.size) == 0, track->name, what,
        (long long)skew);
  for (byte = track->area; byte < content && *byte == GUARD; byte++) {}
  check(byte == content, track->name, "a byte before the buffer changed", (long long)skew);
  for (byte = content + track->plain.size; byte < end && *byte == GUARD; byte++) {}
  check(byte == end, track->name, "a byte after the buffer changed", (long long)skew);
}

static void decrypt_whole(struct opened *track) {
  size_t skew, size = track->plain.size;
  for (skew = 0; skew < 8; skew++) {
    uint8_t *out = fresh_area(track, skew);
    int32_t status = pinstripe_xor_at(track->decoder, 0, track->payload, out, size);
    check(status == PINSTRIPE_OK, track->name, "out of place: status", status);
    check_area(track, out, "out of place: content", skew);
    out = fresh_area(track, skew);
    memcpy(out, track->payload, size);
    status = pinstripe_xor_at(track->decoder, 0, out, out, size);
    check(status == PINSTRIPE_OK, track->name, "in place: status", status);
    check_area(track, out, "in place: content", skew);
  }
}

/* Pieces of random length in order, through update, with random seeks away and back between them. */
static void decrypt_in_pieces(struct opened *track, size_t longest) {
  size_t at = 0, size = track->plain.size, skew = random_below(8);
  uint8_t *out = fresh_area(track, skew);
  int32_t status = pinstripe_seek(track->decoder, 0);
  while (at < size && status == PINSTRIPE_OK) {
    size_t count = 1 + random_below(longest);
    if (count > size - at) count = size - at;
    if (random_below(4) == 0) {
      pinstripe_seek(track->decoder, random_below(size + 1));
      status = pinstripe_seek(track->decoder, at);
    }
    if (status == PINSTRIPE_OK)
      status = pinstripe_update(track->decoder, track->payload + at, out + at, count);
    at += count;
  }
  check(status == PINSTRIPE_OK, track->name, "in pieces: status", status);
  check_area(track, out, "in pieces: content", longest);
}

/* Ranges anywhere, each alone; and that the blocks announced are those of the range. */
static void decrypt_ranges(struct opened *track) {
  int round;
  size_t size = track->plain.size;
  uint8_t *out = fresh_area(track, 0);
  for (round = 0; round < 40; round++) {
    size_t at = random_below(size + 1), count = random_below(size - at + 1);
    uint64_t first = 0, blocks = 0;
    int32_t status = pinstripe_xor_at(track->decoder, at, track->payload + at, out + at, count);
    check(status == PINSTRIPE_OK && memcmp(out + at, track->plain.bytes + at, count) == 0,
          track->name, "a range: status", status);
    status = pinstripe_keystream_range(track->decoder, at, count, &first, &blocks);
    check(status == PINSTRIPE_OK, track->name, "keystream range: status", status);
    if (memcmp(track->payload + at, track->plain.bytes + at, count) != 0)
      check(blocks > 0, track->name, "keystream range: none for encrypted bytes", (long long)at);
  }
  check(pinstripe_xor_at(track->decoder, size, track->payload, out, 0) == PINSTRIPE_OK, track->name,
        "nothing at the end", 0);
  check(pinstripe_xor_at(track->decoder, size, track->payload, out, 1) == PINSTRIPE_E_RANGE,
        track->name, "a byte beyond the end", 0);
  check(pinstripe_seek(track->decoder, (uint64_t)size + 1) == PINSTRIPE_E_RANGE, track->name,
        "a seek beyond the end", 0);
}

static void run_opened(struct opened *track) {
  static uint64_t small[PINSTRIPE_WORK_SIZE_PLAYING_FRAMED / 8];
  pinstripe_info info;
  size_t smallest;
  int32_t status;
  memset(&info, 0, sizeof info);
  info.struct_size = sizeof info;
  info.abi_version = PINSTRIPE_ABI_VERSION;
  status = pinstripe_get_info(track->decoder, &info);
  if (!check(status == PINSTRIPE_OK && info.content_length == track->plain.size &&
                 info.payload_offset == PINSTRIPE_HEADER_AREA_SIZE,
             track->name, "info", (long long)info.content_length))
    return;
  track->area = malloc(track->plain.size + 2 * MARGIN);
  if (track->area == NULL) abort();
  decrypt_whole(track);
  decrypt_in_pieces(track, 1);
  decrypt_in_pieces(track, 100);
  smallest = info.pattern_kind == PINSTRIPE_PATTERN_FRAMED ? PINSTRIPE_WORK_SIZE_PLAYING_FRAMED
                                                           : PINSTRIPE_WORK_SIZE_PLAYING;
  check(pinstripe_set_work(track->decoder, (uint8_t *)small, smallest - 1) ==
            PINSTRIPE_E_WORK_SIZE,
        track->name, "a work buffer that is too small", 0);
  status = pinstripe_set_work(track->decoder, (uint8_t *)small, smallest);
  check(status == PINSTRIPE_OK, track->name, "the smallest work buffer", status);
  decrypt_in_pieces(track, 5000);
  decrypt_ranges(track);
  free(track->area);
}

/* The statuses that content.txt has for reading all content of a track that opens; NULL if none. */
static const char *content_status(const char *folder, const char *name) {
  static char line[256];
  static FILE *list;
  if (list == NULL) {
    char path[4096];
    snprintf(path, sizeof path, "%s/content.txt", folder);
    list = fopen(path, "r");
    if (list == NULL) return NULL;
  }
  rewind(list);
  while (fgets(line, sizeof line, list) != NULL) {
    const char *found = strtok(line, " \n");
    if (found != NULL && strcmp(found, name) == 0) return strtok(NULL, " \n");
  }
  return NULL;
}

/* A track whose frame map cannot be believed: no byte of what was asked for comes out. */
static void run_unreadable(pinstripe_decoder *decoder, const struct file *file, const char *name,
                           const char *statuses) {
  pinstripe_info info;
  uint8_t *out;
  int32_t status;
  memset(&info, 0, sizeof info);
  info.struct_size = sizeof info;
  info.abi_version = PINSTRIPE_ABI_VERSION;
  status = pinstripe_get_info(decoder, &info);
  if (!check(status == PINSTRIPE_OK, name, "info", status)) return;
  out = malloc((size_t)info.content_length + 1);
  if (out == NULL) abort();
  memset(out, GUARD, (size_t)info.content_length + 1);
  status = pinstripe_xor_at(decoder, 0, file->bytes + PINSTRIPE_HEADER_AREA_SIZE, out,
                            (size_t)info.content_length);
  check(is_among(status, statuses), name, statuses, status);
  check(is_zero(out, (size_t)info.content_length), name, "something came out", status);
  check(out[info.content_length] == GUARD, name, "written behind the end", status);
  free(out);
}

static void run_case(const char *folder, char *field[6]) {
  static uint64_t work[PINSTRIPE_WORK_SIZE_OPENING / 8];
  pinstripe_openssl_state state;
  pinstripe_provider provider;
  pinstripe_recipient recipient;
  pinstripe_decoder decoder;
  struct file file = load(folder, field[2]), keybox = load(folder, field[3]);
  pinstripe_storage storage = storage_of(&file);
  uint32_t flags = strcmp(field[5], "clear") == 0 ? PINSTRIPE_OPEN_ALLOW_CLEAR : 0;
  int32_t status = use_keybox(&keybox, strcmp(field[5], "notest") != 0, &state, &provider,
                              &recipient);
#ifdef WITH_STRIPE
  provider.stripe = stripe_xor;
#endif
  memset(&decoder, GUARD, sizeof decoder);
  if (status == PINSTRIPE_OK) {
    status = pinstripe_open(&decoder, &provider, &storage, &recipient, 1, flags, (uint8_t *)work,
                            sizeof work);
    if (status == PINSTRIPE_OK && strcmp(field[4], "-") != 0) {
      struct opened track = {field[0], &decoder, file.bytes + PINSTRIPE_HEADER_AREA_SIZE,
                             load(folder, field[4]), NULL};
      run_opened(&track);
      free(track.plain.bytes);
    } else if (status == PINSTRIPE_OK) {
      const char *statuses = content_status(folder, field[0]);
      if (statuses != NULL) run_unreadable(&decoder, &file, field[0], statuses);
    }
    pinstripe_wipe(&decoder);
    check(is_zero(&decoder, sizeof decoder), field[0], "something is left after the wipe", status);
  }
  check(is_among(status, field[1]), field[0], field[1], status);
  pinstripe_openssl_destroy(&state);
  free(file.bytes);
  free(keybox.bytes);
}

int main(int count, char **arguments) {
  static char line[4096];
  char *field[6];
  FILE *cases;
  if (count != 2) {
    fprintf(stderr, "usage: vectors FOLDER\n");
    return 64;
  }
  snprintf(line, sizeof line, "%s/cases.txt", arguments[1]);
  cases = fopen(line, "r");
  if (cases == NULL) {
    fprintf(stderr, "error: %s cannot be read.\n", line);
    return 66;
  }
  while (fgets(line, sizeof line, cases) != NULL) {
    int index;
    for (index = 0; index < 6; index++) field[index] = strtok(index ? NULL : line, " \n");
    /* Rights are not obeyed by this decoder, so their tracks' other lines do not concern it. */
    if (check(field[5] != NULL, "cases.txt", "a line with fewer than six fields", passed) &&
        strstr(field[5], "rights") == NULL)
      run_case(arguments[1], field);
  }
  fclose(cases);
  return report();
}
