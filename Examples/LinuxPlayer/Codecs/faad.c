/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * AAC in ADTS (ISO 13818-7 section 6.2) by FAAD2. FAAD2 is under the GPL, which is why it is in a unit
 * of its own that a maker may leave out.
 * libraries: -lfaad
 * tags: aac
 *
 * The header of a frame, in bits:
 *
 *   12 syncword FFF  1 id  2 layer 0  1 no checksum  2 profile  4 rate  1 private  3 channels
 *   1 original  1 home  1 + 1 copyright  13 length with the header  11 fullness  2 blocks - 1
 */
#include <neaacdec.h>
#include <stdlib.h>
#include <string.h>

#include "codec_unit.h"

#define HEADER 7
#define LARGEST_FRAME 8191
/* Places of frames that are remembered for seeking: evenly spread over what was passed. */
#define PLACES 256
/* A frame overlaps with the one before, which is decoded again after a seek. */
#define PRIMING 2
/* Bytes that are searched for the next frame at once. */
#define SEARCH 512

struct decoder {
  const codec_content *content;
  NeAACDecHandle faad;
  uint64_t offset;  /* of the next frame's header */
  uint64_t number;  /* of that frame */
  uint32_t fixed;   /* the header's bits that stay the same in a stream */
  uint32_t samples; /* in a frame, of one channel */
  uint32_t channels;
  uint64_t skip; /* frames of sound to leave out after a seek */
  const int16_t *pcm;
  uint32_t left; /* frames of sound in pcm that were not handed out */
  uint32_t place_count;
  uint32_t spacing; /* frames between two places */
  uint64_t places[PLACES];
  uint8_t frame[LARGEST_FRAME];
};

/* Fills `out`; 1 when all came, 0 at the end, or CODEC_E_INPUT. */
static int32_t fill(struct decoder *decoder, uint64_t offset, uint8_t *out, size_t length) {
  const codec_content *content = decoder->content;
  if (offset > content->length || length > content->length - offset) return 0;
  while (length > 0) {
    int64_t count = content->read(content->state, offset, out, length);
    if (count < 0 || (uint64_t)count > length) return CODEC_E_INPUT;
    if (count == 0) return 0;
    out += count;
    offset += (uint64_t)count;
    length -= (size_t)count;
  }
  return 1;
}

/* The frame's length when these bytes are a header of the stream, otherwise 0. */
static uint32_t frame_length(const struct decoder *decoder, const uint8_t *bytes) {
  uint32_t fixed = (uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];
  uint32_t length = (uint32_t)(bytes[3] & 3) << 11 | (uint32_t)bytes[4] << 3 | bytes[5] >> 5;
  if ((fixed & 0xFFF600) != 0xFFF000 || (bytes[2] >> 2 & 15) > 12 || length <= HEADER) return 0;
  return decoder->fixed == 0 || fixed == decoder->fixed ? length : 0;
}

/* Moves to the first frame at or behind the offset, of which the next one's header is seen too.
 * 1, 0 at the end, or CODEC_E_INPUT. */
static int32_t synchronise(struct decoder *decoder, uint32_t *length) {
  uint8_t bytes[SEARCH];
  uint64_t end = decoder->content->length;
  while (end >= HEADER && decoder->offset <= end - HEADER) {
    size_t count = end - decoder->offset < SEARCH ? (size_t)(end - decoder->offset) : SEARCH;
    size_t index;
    int32_t status = fill(decoder, decoder->offset, bytes, count);
    if (status != 1) return status;
    for (index = 0; index + HEADER <= count; index++) {
      uint8_t next[HEADER];
      uint64_t behind;
      *length = frame_length(decoder, bytes + index);
      if (*length == 0) continue;
      behind = decoder->offset + index + *length;
      if (behind > end) continue;
      if (end - behind >= HEADER) {
        status = fill(decoder, behind, next, HEADER);
        if (status < 0) return status;
        if (frame_length(decoder, next) == 0) continue;
      }
      decoder->offset += index;
      return 1;
    }
    decoder->offset += index;
  }
  return 0;
}

/* The next frame's length, after a search where there is none. 1, 0 at the end, CODEC_E_INPUT. */
static int32_t find_frame(struct decoder *decoder, uint32_t *length) {
  uint8_t header[HEADER];
  int32_t status = fill(decoder, decoder->offset, header, HEADER);
  if (status != 1) return status;
  *length = frame_length(decoder, header);
  if (*length > 0 && *length <= decoder->content->length - decoder->offset) return 1;
  return synchronise(decoder, length);
}

static void remember_place(struct decoder *decoder) {
  uint32_t index;
  if (decoder->number != (uint64_t)decoder->place_count * decoder->spacing) return;
  if (decoder->place_count == PLACES) {
    for (index = 1; index < PLACES / 2; index++)
      decoder->places[index] = decoder->places[2 * index];
    decoder->place_count = PLACES / 2;
    decoder->spacing *= 2;
  }
  decoder->places[decoder->place_count++] = decoder->offset;
}

static void pass_frame(struct decoder *decoder, uint32_t length) {
  remember_place(decoder);
  decoder->offset += length;
  decoder->number++;
}

static void close_decoder(void *opaque) {
  struct decoder *decoder = opaque;
  if (decoder->faad != NULL) NeAACDecClose(decoder->faad);
  free(decoder);
}

/* Decodes the next frame into `pcm`. 1, 0 at the end, or a CODEC_E_. */
static int32_t decode_frame(struct decoder *decoder) {
  NeAACDecFrameInfo info;
  uint32_t length;
  int32_t status = find_frame(decoder, &length);
  if (status != 1) return status;
  status = fill(decoder, decoder->offset, decoder->frame, length);
  if (status != 1) return status;
  pass_frame(decoder, length);
  decoder->left = 0;
  decoder->pcm = NeAACDecDecode(decoder->faad, &info, decoder->frame, length);
  if (info.error != 0) return CODEC_E_DAMAGED;
  if (info.samples == 0) return 1;
  if (decoder->pcm == NULL || info.channels == 0 || info.channels > 8) return CODEC_E_DAMAGED;
  if (decoder->channels == 0) {
    decoder->channels = info.channels;
    decoder->samples = (uint32_t)(info.samples / info.channels);
  }
  /* What the first frame said holds for all: an output does not change in the middle. */
  if (info.channels != decoder->channels || info.samples != decoder->samples * info.channels)
    return CODEC_E_DAMAGED;
  decoder->left = decoder->samples;
  return 1;
}

static int32_t seek(void *opaque, uint64_t frame) {
  struct decoder *decoder = opaque;
  /* FAAD2 gives nothing for the stream's first frame. */
  uint64_t target = frame / decoder->samples + 1;
  uint64_t from = target > PRIMING ? target - PRIMING : 0;
  uint64_t place = from / decoder->spacing;
  if (place >= decoder->place_count) place = decoder->place_count - 1;
  if (decoder->number > from || decoder->number < place * decoder->spacing) {
    decoder->number = place * decoder->spacing;
    decoder->offset = decoder->places[place];
  }
  while (decoder->number < from) {
    uint32_t length;
    int32_t status = find_frame(decoder, &length);
    if (status < 0) return status;
    if (status == 0) break;
    pass_frame(decoder, length);
  }
  NeAACDecPostSeekReset(decoder->faad, (long)decoder->number);
  decoder->left = 0;
  decoder->skip = frame - (from > 0 ? from - 1 : 0) * decoder->samples;
  return 0;
}

static int32_t prepare(struct decoder *decoder, codec_format *format) {
  NeAACDecConfigurationPtr configuration;
  unsigned long rate = 0;
  unsigned char channels = 0;
  uint32_t length;
  int32_t status = synchronise(decoder, &length);
  if (status == 1) status = fill(decoder, decoder->offset, decoder->frame, length);
  if (status != 1) return status < 0 ? status : CODEC_E_FORMAT;
  decoder->fixed = (uint32_t)decoder->frame[0] << 16 | (uint32_t)decoder->frame[1] << 8 |
                   decoder->frame[2];
  decoder->faad = NeAACDecOpen();
  if (decoder->faad == NULL) return CODEC_E_MEMORY;
  configuration = NeAACDecGetCurrentConfiguration(decoder->faad);
  configuration->outputFormat = FAAD_FMT_16BIT;
  if (!NeAACDecSetConfiguration(decoder->faad, configuration) ||
      NeAACDecInit(decoder->faad, decoder->frame, length, &rate, &channels) < 0 || rate == 0)
    return CODEC_E_FORMAT;
  /* The number of channels is known for sure when a frame was decoded: one may come out as two. */
  while (decoder->channels == 0 && decoder->number < 8) {
    status = decode_frame(decoder);
    if (status != 1) return status == CODEC_E_INPUT ? status : CODEC_E_FORMAT;
  }
  if (decoder->channels == 0) return CODEC_E_FORMAT;
  format->rate = (uint32_t)rate;
  format->channels = decoder->channels;
  format->frames = 0;
  return 0;
}

static int32_t open_decoder(const codec_content *content, codec_format *format, void **out) {
  struct decoder *decoder = calloc(1, sizeof *decoder);
  int32_t status;
  if (decoder == NULL) return CODEC_E_MEMORY;
  decoder->content = content;
  decoder->spacing = 1;
  status = prepare(decoder, format);
  if (status == 0)
    *out = decoder;
  else
    close_decoder(decoder);
  return status;
}

static int64_t decode(void *opaque, int16_t *pcm, size_t frames) {
  struct decoder *decoder = opaque;
  while (frames > 0) {
    size_t count = decoder->left < frames ? decoder->left : frames;
    const int16_t *start = decoder->pcm;
    if (count == 0) {
      int32_t status = decode_frame(decoder);
      if (status != 1) return status;
      continue;
    }
    if (decoder->skip > 0 && count > decoder->skip) count = (size_t)decoder->skip;
    decoder->pcm += count * decoder->channels;
    decoder->left -= (uint32_t)count;
    if (decoder->skip == 0) {
      memcpy(pcm, start, count * decoder->channels * sizeof *pcm);
      return (int64_t)count;
    }
    decoder->skip -= count;
  }
  return 0;
}

const codec_unit pinstripe_codec_unit = {sizeof(codec_unit), CODEC_UNIT_VERSION, "FAAD2",
                                         open_decoder,       decode,             seek,
                                         close_decoder};
