/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * pinstripe_minimp3.h - a track as input of minimp3, and of whatever else reads through a
 * pair of callbacks with the user's pointer last. Header only; includes nothing of
 * minimp3's.
 *
 *   pinstripe_stream stream;
 *   mp3dec_io_t io = {pinstripe_minimp3_read, &stream, pinstripe_minimp3_seek, &stream};
 *   if (pinstripe_stream_open(&stream, &decoder, &storage) == PINSTRIPE_OK)
 *     mp3dec_ex_open_cb(&codec, &io, MP3D_SEEK_TO_SAMPLE);
 */
#ifndef PINSTRIPE_MINIMP3_H
#define PINSTRIPE_MINIMP3_H

#include "pinstripe_stream.h"

/** MP3D_READ_CB: the bytes read, fewer at the end; more than were asked for is minimp3's
 *  sign of an error (MP3D_E_IOERROR). */
static inline size_t pinstripe_minimp3_read(void *out, size_t size, void *user) {
  pinstripe_stream *stream = (pinstripe_stream *)user;
  size_t got = pinstripe_stream_read(stream, out, size);
  return stream->status == PINSTRIPE_OK ? got : (size_t)-1;
}

/** MP3D_SEEK_CB: 0, or -1 when the position lies behind the content. */
static inline int pinstripe_minimp3_seek(uint64_t position, void *user) {
  if (position > INT64_MAX) return -1;
  return pinstripe_stream_seek((pinstripe_stream *)user, (int64_t)position, 0) < 0 ? -1 : 0;
}

#endif /* PINSTRIPE_MINIMP3_H */
