/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 *   codec_units FOLDER CLIPS
 *
 * What codec_unit.h demands of a unit, of each that build.sh made into FOLDER: sound does not depend on how
 * its input comes, an input that fails or is changed while it plays is a status, and never more is written
 * than there is room for (a page without access follows). CLIPS has those of player.sh.
 */
#include "../../Examples/LinuxPlayer/CCodec/shim.h"
#include "guarded.h"
#include "harness.h"

enum { FRAMES = 1000, MOST_CHANNELS = 8, MOST_PORTIONS = 1000 };

static const char *clips;
static const codec_unit *unit;
static const char *name;
static struct guarded room;

/* A clip as input, and what befalls it. */
static struct file file;
static size_t most = SIZE_MAX; /* bytes that a read gives at most */
static long reads_left = -1;   /* until one fails; -1: none does */

static int64_t read_input(void *state, uint64_t offset, uint8_t *out, size_t length) {
  (void)state;
  if (reads_left >= 0 && reads_left-- == 0) return -1;
  if (offset >= file.size) return 0;
  if (length > file.size - offset) length = (size_t)(file.size - offset);
  if (length > most) length = most;
  memcpy(out, file.bytes + offset, length);
  return (int64_t)length;
}

/* Decodes to the end, or the first status; what came, as a checksum (FNV-1a). */
static int64_t decode(void *decoder, uint32_t channels, uint64_t *frames, uint64_t *sum) {
  int portion;
  for (portion = 0; portion < MOST_PORTIONS; portion++) {
    size_t size = (size_t)FRAMES * channels * 2, byte;
    uint8_t *pcm = guarded_fill(&room, size, 0, 1);
    int64_t count = unit->decode(decoder, (int16_t *)(void *)pcm, FRAMES);
    check(count <= FRAMES && guarded_check(&room, pcm, size), name, "more than was asked for", count);
    if (count <= 0) return count;
    *frames += (uint64_t)count;
    for (byte = 0; byte < (size_t)count * channels * 2; byte++)
      *sum = (*sum ^ pcm[byte]) * 0x100000001B3u;
  }
  check(0, name, "sound without an end", 0);
  return 0;
}

/* Opens and decodes all; the first status that is none of success. */
static int64_t play(uint64_t *frames, uint64_t *sum) {
  codec_content content = {NULL, file.size, read_input};
  codec_format format = {0, 0, 0};
  void *decoder = NULL;
  int64_t status = unit->open(&content, &format, &decoder);
  *frames = 0;
  *sum = 0xCBF29CE484222325u;
  if (status != 0) return status;
  if (check(format.channels > 0 && format.channels <= MOST_CHANNELS, name, "channels", format.channels))
    status = decode(decoder, format.channels, frames, sum);
  unit->close(decoder);
  return status;
}

static void check_pieces_and_failures(void) {
  uint64_t frames, sum, others, sum_of_others;
  int64_t status = play(&frames, &sum);
  long reads;
  check(status == 0 && frames > 80000, name, "sound", (long long)frames);
  most = 61;
  status = play(&others, &sum_of_others);
  check(status == 0 && others == frames && sum == sum_of_others, name, "the same in small pieces",
        (long long)others);
  most = SIZE_MAX;
  for (reads = 0; reads < 12; reads += 1 + reads / 3) {
    reads_left = reads;
    status = play(&others, &sum_of_others);
    /* Fewer reads than that may have been enough. */
    check(status == CODEC_E_INPUT || (status == 0 && reads_left >= 0), name, "a failing input", status);
    reads_left = -1;
  }
}

/* Sound of eight channels in the place of whatever was there. */
static void become_wider(void) {
  static const uint8_t head[44] = "RIFF\xff\xff\xff\x7fWAVEfmt \x10\0\0\0\1\0\10\0\x44\xac\0\0"
                                  "\x00\xc4\x0a\0\x10\0\x10\0data\xff\xff\xff\x7f";
  memset(file.bytes, 0x11, file.size);
  memcpy(file.bytes, head, sizeof head);
}

/* Damage; and behind it, once the codec has met it, another file. */
static void check_change(void) {
  codec_content content = {NULL, file.size, read_input};
  codec_format format = {0, 0, 0};
  void *decoder = NULL;
  uint64_t frames = 0, sum = 0;
  size_t place, round;
  for (place = file.size / 2; place < file.size / 2 + 3000; place++)
    file.bytes[place] = (uint8_t)random_below(256);
  if (!check(unit->open(&content, &format, &decoder) == 0, name, "opening", 0)) return;
  decode(decoder, format.channels, &frames, &sum);
  become_wider();
  for (round = 0; round < 4; round++)
    if (unit->seek(decoder, round * 20000) == 0) decode(decoder, format.channels, &frames, &sum);
  unit->close(decoder);
}

int main(int count, char **arguments) {
  static const char *const kinds[][2] = {
      {"wav", "tune.wav"}, {"flac", "tune.flac"}, {"ogg", "tune.ogg"},
      {"mp3", "tune.mp3"}, {"aac", "tune.aac"},   {"mp4", "alac.m4a"}};
  size_t kind;
  if (count != 3) return 64;
  clips = arguments[2];
  room = guarded_new(FRAMES * MOST_CHANNELS * 2);
  for (kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
    char path[4096];
    name = kinds[kind][1];
    snprintf(path, sizeof path, "%s/%s.so", arguments[1], kinds[kind][0]);
    unit = codec_load(path);
    if (!check(unit != NULL, path, "a unit", 0)) continue;
    file = load(clips, name);
    check_pieces_and_failures();
    check_change();
    close_file(&file);
  }
  guarded_free(&room);
  return report();
}
