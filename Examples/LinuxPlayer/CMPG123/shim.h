/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * libmpg123 through its reader handle. Large-file headers rename its functions on 32-bit machines, and
 * its seek takes off_t; Swift sees one name and one width here. The caller defines
 * _FILE_OFFSET_BITS=64.
 */
#include <mpg123.h>
#include <stdint.h>
#include <stdio.h>

typedef int64_t (*mp3_read)(void *feed, void *out, size_t length);
typedef int64_t (*mp3_seek)(void *feed, int64_t offset, int32_t whence);

_Static_assert(sizeof(off_t) == sizeof(int64_t), "define _FILE_OFFSET_BITS=64");

/* What libmpg123 hands back with each call. */
typedef struct mp3_feed {
  void *source;
  mp3_read read;
  mp3_seek seek;
} mp3_feed;

static ssize_t mp3_feed_read(void *feed, void *out, size_t length) {
  return (ssize_t)((mp3_feed *)feed)->read(((mp3_feed *)feed)->source, out, length);
}

static off_t mp3_feed_seek(void *feed, off_t offset, int whence) {
  return ((mp3_feed *)feed)->seek(((mp3_feed *)feed)->source, offset, whence);
}

/* A decoder of 16-bit samples that says nothing on stderr, or NULL. */
static inline mpg123_handle *mp3_new(int32_t *error) {
  const long *rates;
  size_t count, index;
  mpg123_handle *codec;
  if (mpg123_init() != MPG123_OK || (codec = mpg123_new(NULL, error)) == NULL) return NULL;
  mpg123_param(codec, MPG123_ADD_FLAGS, MPG123_QUIET, 0);
  mpg123_format_none(codec);
  mpg123_rates(&rates, &count);
  for (index = 0; index < count; index++)
    mpg123_format(codec, rates[index], MPG123_MONO | MPG123_STEREO, MPG123_ENC_SIGNED_16);
  return codec;
}

/* Starts reading from `feed`, which must stay in place until mpg123_delete. */
static inline int32_t mp3_open(mpg123_handle *codec, mp3_feed *feed) {
  int status = mpg123_replace_reader_handle(codec, mp3_feed_read, mp3_feed_seek, NULL);
  return status == MPG123_OK ? mpg123_open_handle(codec, feed) : status;
}

static inline int32_t mp3_format(mpg123_handle *codec, uint32_t *rate, uint32_t *channels) {
  long found_rate;
  int found_channels, encoding, status;
  status = mpg123_getformat(codec, &found_rate, &found_channels, &encoding);
  if (status != MPG123_OK) return status;
  *rate = (uint32_t)found_rate;
  *channels = (uint32_t)found_channels;
  return MPG123_OK;
}

/* The frame reached, or a negative status. */
static inline int64_t mp3_seek_frame(mpg123_handle *codec, int64_t frame) {
  return mpg123_seek(codec, frame, SEEK_SET);
}
