/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * pinstripe_stream.h - an open track as a file that codec libraries read.
 *
 * Header only, C99. Bytes go from storage straight into the codec's own buffer and
 * are decrypted there: nothing is read ahead, and no plaintext is kept. The adapters
 * beside this file (mpg123, libsndfile, minimp3) are made of it.
 */
#ifndef PINSTRIPE_STREAM_H
#define PINSTRIPE_STREAM_H

#include "pinstripe_decoder.h"

/** A reader's place in an open track; the caller's memory. The decoder and the storage
 *  must stay as long as it is used. One decoder may have several streams. */
typedef struct pinstripe_stream {
  pinstripe_decoder *decoder;
  const pinstripe_storage *storage;
  uint64_t payload_offset;
  uint64_t length;   /* of the content, in bytes */
  uint64_t position; /* of the next byte that is read */
  int32_t status;    /* PINSTRIPE_OK, or why the last read came short; look at it when
                        the codec reports an end or an error */
} pinstripe_stream;

/** Starts at the content's first byte. `decoder`: an open track, whose rights were read
 *  if it has some. Errors: ARGUMENT, ABI. */
static inline int32_t pinstripe_stream_open(pinstripe_stream *stream,
                                            pinstripe_decoder *decoder,
                                            const pinstripe_storage *storage) {
  pinstripe_info info;
  int32_t status;
  info.struct_size = (uint32_t)sizeof info;
  info.abi_version = PINSTRIPE_ABI_VERSION;
  if (stream == NULL || storage == NULL) return PINSTRIPE_E_ARGUMENT;
  status = pinstripe_get_info(decoder, &info);
  if (status != PINSTRIPE_OK) return status;
  stream->decoder = decoder;
  stream->storage = storage;
  stream->payload_offset = info.payload_offset;
  stream->length = info.content_length;
  stream->position = 0;
  stream->status = PINSTRIPE_OK;
  return PINSTRIPE_OK;
}

/** Reads up to `count` bytes of plain content into `out`, and returns how many: fewer
 *  only at the end of the content, or when `stream->status` says that it failed. */
static inline size_t pinstripe_stream_read(pinstripe_stream *stream, void *out,
                                           size_t count) {
  uint8_t *target = (uint8_t *)out;
  size_t done = 0;
  stream->status = PINSTRIPE_OK;
  while (done < count && stream->position < stream->length) {
    uint64_t left = stream->length - stream->position;
    uint32_t piece = (uint32_t)(count - done < 0x40000000u ? count - done : 0x40000000u);
    if (piece > left) piece = (uint32_t)left;
    if (stream->storage->read(stream->storage->state,
                              stream->payload_offset + stream->position, target + done,
                              piece) != PINSTRIPE_OK)
      stream->status = PINSTRIPE_E_STORAGE;
    else
      stream->status = pinstripe_xor_at(stream->decoder, stream->position, target + done,
                                        target + done, piece);
    if (stream->status != PINSTRIPE_OK) break;
    stream->position += piece;
    done += piece;
  }
  return done;
}

/** Moves to `offset` bytes from the start (`whence` 0, SEEK_SET), from the position (1,
 *  SEEK_CUR) or from the end (2, SEEK_END); returns the new position, or -1 when that
 *  is not in the content, and stays then. */
static inline int64_t pinstripe_stream_seek(pinstripe_stream *stream, int64_t offset,
                                            int whence) {
  /* Content is at most 2^56 bytes long. */
  int64_t length = (int64_t)stream->length;
  int64_t from = whence == 1 ? (int64_t)stream->position : whence == 2 ? length : 0;
  if (whence < 0 || whence > 2 || offset < -from || offset > length - from) return -1;
  stream->position = (uint64_t)(from + offset);
  return from + offset;
}

#endif /* PINSTRIPE_STREAM_H */
