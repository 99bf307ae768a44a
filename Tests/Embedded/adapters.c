/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 *   adapters FOLDER
 *
 * The adapters with the libraries they are for. What a codec makes of a track must be, sample by sample,
 * what it makes of the file itself, from any place on; and a storage that fails is an error of the
 * codec's, with the reason in the stream. FOLDER has the tracks of make_tracks.py.
 */
#include "adapters/pinstripe_minimp3.h"
#include "adapters/pinstripe_mpg123.h"
#include "adapters/pinstripe_sndfile.h"
#include "harness.h"

enum { SAMPLES = 44100 };

static const char *folder;
static keys_state keys;
static pinstripe_provider provider;
static pinstripe_recipient recipient;
static struct file track, plain;
static pinstripe_storage storage;
static pinstripe_decoder decoder;
static uint8_t work[PINSTRIPE_WORK_SIZE_OPENING];
static pinstripe_stream stream;
static int reads_left = -1;

static int32_t read_failing(void *state, uint64_t offset, uint8_t *out, uint32_t length) {
  if (reads_left >= 0 && reads_left-- == 0) return PINSTRIPE_E_STORAGE;
  return read_file(state, offset, out, length);
}

static void open_track(const char *name) {
  track = load(folder, name);
  storage = storage_of(&track);
  storage.read = read_failing;
  check(pinstripe_open(&decoder, &provider, &storage, &recipient, 1, 0, work, sizeof work) ==
                PINSTRIPE_OK &&
            pinstripe_stream_open(&stream, &decoder, &storage) == PINSTRIPE_OK,
        name, "opening", 0);
}

static void close_track(void) {
  pinstripe_wipe(&decoder);
  close_file(&track);
}

/* ---- libmpg123 ---- */

static mpg123_handle *new_mpg123(void) {
  mpg123_handle *codec = mpg123_new(NULL, NULL);
  mpg123_param(codec, MPG123_ADD_FLAGS, MPG123_QUIET, 0);
  return codec;
}

static size_t read_mpg123(mpg123_handle *codec, off_t from, int16_t *out, int *status) {
  size_t got = 0;
  long rate;
  int channels, encoding;
  *status = mpg123_getformat(codec, &rate, &channels, &encoding);
  if (*status == MPG123_OK && from > 0 && mpg123_seek(codec, from, SEEK_SET) < 0) return 0;
  if (*status == MPG123_OK)
    *status = mpg123_read(codec, (unsigned char *)out, 2 * SAMPLES, &got);
  return got;
}

static void compare_mpg123(const char *name, off_t from) {
  static int16_t expected[SAMPLES], found[SAMPLES];
  char path[1024];
  mpg123_handle *codec = new_mpg123(), *reference = new_mpg123();
  int status;
  size_t length, got;
  open_track(name);
  snprintf(path, sizeof path, "%s/content.mp3", folder);
  check(mpg123_open(reference, path) == MPG123_OK, path, "mpg123 of the file", 0);
  length = read_mpg123(reference, from, expected, &status);
  check(pinstripe_mpg123_open(codec, &stream) == MPG123_OK, name, "mpg123", 0);
  got = read_mpg123(codec, from, found, &status);
  check(got == length && length == 2 * SAMPLES && memcmp(expected, found, got) == 0, name,
        "sound by mpg123", (long long)from);
  mpg123_delete(codec);
  mpg123_delete(reference);
  close_track();
}

static void fail_mpg123(void) {
  static int16_t out[SAMPLES];
  mpg123_handle *codec = new_mpg123();
  int status = MPG123_OK;
  open_track("every10.pst");
  check(pinstripe_mpg123_open(codec, &stream) == MPG123_OK, "mpg123", "opening", 0);
  reads_left = 2;
  while (status == MPG123_OK || status == MPG123_NEW_FORMAT) read_mpg123(codec, 0, out, &status);
  check(status == MPG123_ERR && stream.status == PINSTRIPE_E_STORAGE, "mpg123", "a failing storage",
        stream.status);
  reads_left = -1;
  mpg123_delete(codec);
  close_track();
}

/* ---- libsndfile ---- */

static void compare_sndfile(const char *name, const char *file, sf_count_t from) {
  static int16_t expected[SAMPLES], found[SAMPLES];
  char path[1024];
  SF_INFO info, other;
  SNDFILE *codec, *reference;
  sf_count_t length, got;
  memset(&info, 0, sizeof info);
  memset(&other, 0, sizeof other);
  open_track(name);
  snprintf(path, sizeof path, "%s/%s", folder, file);
  reference = sf_open(path, SFM_READ, &other);
  codec = pinstripe_sndfile_open(&stream, &info);
  if (check(reference != NULL && codec != NULL, name, "libsndfile", 0)) {
    check(info.frames == other.frames && info.samplerate == other.samplerate &&
              info.channels == other.channels,
          name, "what libsndfile finds", (long long)info.frames);
    check(sf_seek(codec, from, SEEK_SET) == sf_seek(reference, from, SEEK_SET), name, "seeking", 0);
    length = sf_readf_short(reference, expected, SAMPLES / info.channels);
    got = sf_readf_short(codec, found, SAMPLES / info.channels);
    check(got == length && length > 1000 &&
              memcmp(expected, found, (size_t)got * (size_t)info.channels * 2) == 0,
          name, "sound by libsndfile", (long long)from);
  }
  if (codec != NULL) sf_close(codec);
  if (reference != NULL) sf_close(reference);
  close_track();
}

static void fail_sndfile(void) {
  static int16_t out[SAMPLES];
  SF_INFO info;
  SNDFILE *codec;
  memset(&info, 0, sizeof info);
  open_track("wav.pst");
  codec = pinstripe_sndfile_open(&stream, &info);
  if (check(codec != NULL, "libsndfile", "opening", 0)) {
    reads_left = 0;
    check(sf_read_short(codec, out, SAMPLES) == 0 && stream.status == PINSTRIPE_E_STORAGE,
          "libsndfile", "a failing storage", stream.status);
    reads_left = -1;
    sf_close(codec);
  }
  close_track();
}

/* ---- minimp3's callbacks, called as minimp3 calls them: Debian does not have it ---- */

static void check_minimp3(void) {
  /* MP3D_READ_CB and MP3D_SEEK_CB of minimp3_ex.h. */
  size_t (*const read)(void *buf, size_t size, void *user_data) = pinstripe_minimp3_read;
  int (*const seek)(uint64_t position, void *user_data) = pinstripe_minimp3_seek;
  uint8_t piece[5000];
  size_t got, at = 0;
  int same = 1;
  open_track("framed.pst");
  check(seek(100000, &stream) == 0 && seek(0, &stream) == 0,
        "minimp3", "seeking", 0);
  while ((got = read(piece, 1 + random_below(sizeof piece), &stream)) > 0 &&
         got <= sizeof piece) {
    same = same && at + got <= plain.size && memcmp(piece, plain.bytes + at, got) == 0;
    at += got;
  }
  check(same && at == plain.size, "minimp3", "content", (long long)at);
  check(seek(plain.size + 1, &stream) != 0 &&
            seek(UINT64_MAX, &stream) != 0,
        "minimp3", "behind the end", 0);
  check(seek(7, &stream) == 0, "minimp3", "back", 0);
  reads_left = 0;
  check(read(piece, 10, &stream) > 10, "minimp3", "a failing storage", 0);
  reads_left = -1;
  check(read(piece, 10, &stream) == 10 && memcmp(piece, plain.bytes + 7, 10) == 0,
        "minimp3", "after a failure", 0);
  close_track();
}

static void check_seeks(void) {
  open_track("every10.pst");
  check(pinstripe_stream_seek(&stream, 10, 0) == 10, "stream", "from the start", 0);
  check(pinstripe_stream_seek(&stream, -10, 1) == 0, "stream", "from the position", 0);
  check(pinstripe_stream_seek(&stream, -1, 1) == -1 && stream.position == 0, "stream", "before", 0);
  check(pinstripe_stream_seek(&stream, INT64_MIN, 2) == -1, "stream", "far before", 0);
  check(pinstripe_stream_seek(&stream, INT64_MAX, 1) == -1, "stream", "far behind", 0);
  check(pinstripe_stream_seek(&stream, 0, 2) == (int64_t)plain.size, "stream", "the end", 0);
  check(pinstripe_stream_seek(&stream, 0, 3) == -1, "stream", "an unknown way", 0);
  close_track();
}

int main(int count, char **arguments) {
  static const char *const tracks[] = {"every10.pst", "framed.pst", "trailer.pst"};
  struct file keybox;
  pinstripe_keybox box;
  size_t index;
  if (count != 2) return 64;
  folder = arguments[1];
  plain = load(folder, "content.mp3");
  keybox = load(folder, "device.keybox");
  check(use_keybox(&keybox, 1, &keys, &provider, &box, &recipient) == PINSTRIPE_OK, "keybox", "use", 0);
  mpg123_init();
  for (index = 0; index < sizeof tracks / sizeof *tracks; index++) {
    compare_mpg123(tracks[index], 0);
    compare_mpg123(tracks[index], 7 * 44100);
  }
  fail_mpg123();
  for (index = 0; index < 2; index++) {
    compare_sndfile("wav.pst", "content.wav", (sf_count_t)index * 12345);
    compare_sndfile(tracks[index], "content.mp3", (sf_count_t)index * 44100);
  }
  fail_sndfile();
  check_minimp3();
  check_seeks();
  keys_close(&keys);
  close_file(&keybox);
  close_file(&plain);
  return report();
}
