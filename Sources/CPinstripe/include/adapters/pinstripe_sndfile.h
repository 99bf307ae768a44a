/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * pinstripe_sndfile.h - a track as input of libsndfile (1.0 or later). Header only.
 *
 *   pinstripe_stream stream;
 *   SF_INFO info = {0};
 *   if (pinstripe_stream_open(&stream, &decoder, &storage) == PINSTRIPE_OK)
 *     file = pinstripe_sndfile_open(&stream, &info);
 */
#ifndef PINSTRIPE_SNDFILE_H
#define PINSTRIPE_SNDFILE_H

#include <sndfile.h>

#include "pinstripe_stream.h"

static inline sf_count_t pinstripe_sndfile_length(void *stream) {
  return (sf_count_t)((pinstripe_stream *)stream)->length;
}

static inline sf_count_t pinstripe_sndfile_seek(sf_count_t offset, int whence, void *stream) {
  return pinstripe_stream_seek((pinstripe_stream *)stream, offset, whence);
}

static inline sf_count_t pinstripe_sndfile_read(void *out, sf_count_t count, void *stream) {
  if (count <= 0) return 0;
  return (sf_count_t)pinstripe_stream_read((pinstripe_stream *)stream, out, (size_t)count);
}

static inline sf_count_t pinstripe_sndfile_write(const void *bytes, sf_count_t count,
                                                 void *stream) {
  (void)bytes;
  (void)count;
  (void)stream;
  return 0; /* tracks are read only */
}

static inline sf_count_t pinstripe_sndfile_tell(void *stream) {
  return (sf_count_t)((pinstripe_stream *)stream)->position;
}

/** Opens `stream`, which must stay until sf_close. NULL when libsndfile does not know the
 *  format: sf_strerror(NULL) has its words, and `stream->status` says if reading failed. */
static inline SNDFILE *pinstripe_sndfile_open(pinstripe_stream *stream, SF_INFO *info) {
  SF_VIRTUAL_IO functions; /* copied by libsndfile */
  functions.get_filelen = pinstripe_sndfile_length;
  functions.seek = pinstripe_sndfile_seek;
  functions.read = pinstripe_sndfile_read;
  functions.write = pinstripe_sndfile_write;
  functions.tell = pinstripe_sndfile_tell;
  return sf_open_virtual(&functions, SFM_READ, info, stream);
}

#endif /* PINSTRIPE_SNDFILE_H */
