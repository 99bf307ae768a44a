/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * pinstripe_mpg123.h - a track as input of libmpg123 (1.13 or later). Header only.
 *
 *   pinstripe_stream stream;
 *   if (pinstripe_stream_open(&stream, &decoder, &storage) == PINSTRIPE_OK &&
 *       pinstripe_mpg123_open(handle, &stream) == MPG123_OK) { mpg123_read(...); }
 */
#ifndef PINSTRIPE_MPG123_H
#define PINSTRIPE_MPG123_H

#include <mpg123.h>

#include "pinstripe_stream.h"

static inline ssize_t pinstripe_mpg123_read(void *handle, void *out, size_t count) {
  pinstripe_stream *stream = (pinstripe_stream *)handle;
  size_t got = pinstripe_stream_read(stream, out, count);
  return got == 0 && stream->status != PINSTRIPE_OK ? -1 : (ssize_t)got;
}

static inline off_t pinstripe_mpg123_seek(void *handle, off_t offset, int whence) {
  return (off_t)pinstripe_stream_seek((pinstripe_stream *)handle, offset, whence);
}

/** Opens `stream` in `codec`; it must stay until mpg123_close. Returns mpg123's status. */
static inline int pinstripe_mpg123_open(mpg123_handle *codec, pinstripe_stream *stream) {
  int status = mpg123_replace_reader_handle(codec, pinstripe_mpg123_read,
                                            pinstripe_mpg123_seek, NULL);
  return status == MPG123_OK ? mpg123_open_handle(codec, stream) : status;
}

#endif /* PINSTRIPE_MPG123_H */
