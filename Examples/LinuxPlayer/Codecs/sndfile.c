/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * MP3, FLAC, Ogg (Vorbis, Opus), WAV and AIFF by libsndfile, through its virtual I/O.
 * libraries: -lsndfile -lm
 * tags: mp3 flac ogg wav aiff data
 */
#include <math.h>
#include <sndfile.h>
#include <stdlib.h>

#include "codec_unit.h"

/* Floating-point samples are converted in pieces of this many. */
#define PIECE 1024

struct decoder {
  const codec_content *content;
  SNDFILE *file;
  sf_count_t position;
  int rate;
  int channels;
  int is_float;
  int input_failed;
  int is_estimate;   /* `frames` is no more than a guess from the rate, as of MP3 without its note */
  int is_broken;     /* reading failed: some codecs cannot seek any more then */
  sf_count_t frames; /* of the file */
  sf_count_t number; /* of the next one */
};

static sf_count_t get_length(void *opaque) {
  return (sf_count_t)((struct decoder *)opaque)->content->length;
}

static sf_count_t tell(void *opaque) { return ((struct decoder *)opaque)->position; }

static sf_count_t seek_input(sf_count_t offset, int whence, void *opaque) {
  struct decoder *decoder = opaque;
  sf_count_t length = get_length(opaque);
  sf_count_t origin = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? decoder->position : length;
  if (offset < -origin || offset > length - origin) return -1;
  return decoder->position = origin + offset;
}

static sf_count_t read_input(void *out, sf_count_t count, void *opaque) {
  struct decoder *decoder = opaque;
  sf_count_t done = 0;
  while (done < count) {
    int64_t more = decoder->content->read(decoder->content->state, (uint64_t)decoder->position,
                                          (uint8_t *)out + done, (size_t)(count - done));
    if (more < 0) decoder->input_failed = 1;
    if (more <= 0) break;
    done += more;
    decoder->position += more;
  }
  return done;
}

static sf_count_t write_nothing(const void *bytes, sf_count_t count, void *opaque) {
  (void)bytes, (void)count, (void)opaque;
  return 0;
}

static void close_decoder(void *opaque) {
  struct decoder *decoder = opaque;
  if (decoder->file != NULL) sf_close(decoder->file);
  free(decoder);
}

static void open_file(struct decoder *decoder, SF_INFO *info) {
  static SF_VIRTUAL_IO input = {get_length, seek_input, read_input, write_nothing, tell};
  decoder->position = 0;
  decoder->is_broken = 0;
  decoder->file = sf_open_virtual(&input, SFM_READ, info, decoder);
  if (decoder->file != NULL) sf_command(decoder->file, SFC_SET_CLIPPING, NULL, SF_TRUE);
}

static int32_t open_decoder(const codec_content *content, codec_format *format, void **out) {
  SF_INFO info = {0};
  int kind, input_failed;
  struct decoder *decoder;
  if (content->length > INT64_MAX) return CODEC_E_FORMAT;
  decoder = calloc(1, sizeof *decoder);
  if (decoder == NULL) return CODEC_E_MEMORY;
  decoder->content = content;
  open_file(decoder, &info);
  input_failed = decoder->input_failed;
  if (decoder->file == NULL || info.samplerate <= 0 || info.channels <= 0 || info.channels > 8) {
    close_decoder(decoder);
    return input_failed ? CODEC_E_INPUT : CODEC_E_FORMAT;
  }
  kind = info.format & SF_FORMAT_SUBMASK;
  decoder->is_float = kind == SF_FORMAT_FLOAT || kind == SF_FORMAT_DOUBLE;
  decoder->is_estimate =
      (info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_MPEG || info.frames == INT64_MAX;
  decoder->rate = info.samplerate;
  decoder->channels = info.channels;
  decoder->frames = info.frames;
  format->rate = (uint32_t)info.samplerate;
  format->channels = (uint32_t)info.channels;
  /* SF_COUNT_MAX stands for a length that is not known. */
  format->frames = info.frames > 0 && info.frames < INT64_MAX ? (uint64_t)info.frames : 0;
  *out = decoder;
  return 0;
}

/* Opens the input anew. It may have been changed on the storage since; what has another format then is
 * not decoded into a buffer that was measured for the first one's. */
static void reopen_file(struct decoder *decoder) {
  SF_INFO info = {0};
  if (decoder->file != NULL) sf_close(decoder->file);
  open_file(decoder, &info);
  if (decoder->file == NULL ||
      (info.channels == decoder->channels && info.samplerate == decoder->rate))
    return;
  sf_close(decoder->file);
  decoder->file = NULL;
}

/* libsndfile would search the whole file for its loudest sample to convert these. */
static sf_count_t read_float(struct decoder *decoder, int16_t *pcm, sf_count_t frames) {
  float piece[PIECE];
  sf_count_t count, index;
  if (frames > PIECE / decoder->channels) frames = PIECE / decoder->channels;
  count = sf_readf_float(decoder->file, piece, frames);
  for (index = 0; index < count * decoder->channels; index++) {
    float value = piece[index] * 32768.0f;
    pcm[index] = !(value > -32768.0f)  ? -32768
                 : !(value < 32767.0f) ? 32767
                                       : (int16_t)lrintf(value);
  }
  return count;
}

static int64_t decode(void *opaque, int16_t *pcm, size_t frames) {
  struct decoder *decoder = opaque;
  sf_count_t count;
  if (decoder->file == NULL) return CODEC_E_DAMAGED;
  count = decoder->is_float ? read_float(decoder, pcm, (sf_count_t)frames)
                            : sf_readf_short(decoder->file, pcm, (sf_count_t)frames);
  if (decoder->input_failed) return CODEC_E_INPUT;
  if (count > 0) {
    decoder->number += count;
    return count;
  }
  /* Some of its codecs give up at damage without a word. */
  if (sf_error(decoder->file) == SF_ERR_NO_ERROR &&
      (decoder->is_estimate || decoder->number >= decoder->frames))
    return 0;
  decoder->is_broken = 1;
  return CODEC_E_DAMAGED;
}

static int32_t seek(void *opaque, uint64_t frame) {
  struct decoder *decoder = opaque;
  sf_count_t target =
      frame > (uint64_t)decoder->frames ? decoder->frames : (sf_count_t)frame;
  if (decoder->is_broken) reopen_file(decoder);
  if (decoder->file == NULL || sf_seek(decoder->file, target, SEEK_SET) != target)
    decoder->is_broken = 1;
  if (decoder->input_failed) return CODEC_E_INPUT;
  decoder->number = target;
  return decoder->is_broken ? CODEC_E_SEEK : 0;
}

const codec_unit pinstripe_codec_unit = {sizeof(codec_unit), CODEC_UNIT_VERSION, "libsndfile",
                                         open_decoder,       decode,             seek,
                                         close_decoder};
