/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * M4A and MP4 (AAC, Apple Lossless, FLAC, Opus) by FFmpeg's libavformat, with the decoders that it
 * brings along. It knows an encoder's delay and padding from the edit list or iTunes's note.
 * libraries: -lavformat -lavcodec -lavutil -lm
 * tags: mp4
 */
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <math.h>
#include <string.h>

#include "codec_unit.h"

#define INPUT_SIZE 4096
/* Frames before a seek's target that are decoded for nothing: a codec's overlap, Opus's 80 ms. */
#define PRIMING 8192
/* Pieces in a row that may fail before the track's end is called. */
#define MOST_FAILURES 64

struct decoder {
  const codec_content *content;
  int64_t position;
  int input_failed;
  AVFormatContext *file;
  AVCodecContext *codec;
  AVStream *stream;
  AVPacket *packet;
  AVFrame *frame;
  int used;        /* frames of sound of `frame` that were handed out */
  int64_t skip_to; /* leave out all before this frame of sound; -1: nothing */
  int64_t number;  /* of the next frame of sound to be handed out */
  int64_t end;     /* behind the last one: what follows is an encoder's padding */
  int draining;
  int rate;
  int channels;
  enum AVSampleFormat kind;
};

static int read_input(void *opaque, uint8_t *out, int count) {
  struct decoder *decoder = opaque;
  int64_t got = decoder->content->read(decoder->content->state, (uint64_t)decoder->position, out,
                                       (size_t)count);
  if (got < 0) decoder->input_failed = 1;
  if (got < 0) return AVERROR(EIO);
  decoder->position += got;
  return got == 0 ? AVERROR_EOF : (int)got;
}

static int64_t seek_input(void *opaque, int64_t offset, int whence) {
  struct decoder *decoder = opaque;
  int64_t length = (int64_t)decoder->content->length;
  int64_t origin;
  if (whence & AVSEEK_SIZE) return length;
  whence &= ~AVSEEK_FORCE;
  origin = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? decoder->position : length;
  if (offset < -origin || offset > length - origin) return AVERROR(EINVAL);
  return decoder->position = origin + offset;
}

static void close_decoder(void *opaque) {
  struct decoder *decoder = opaque;
  if (decoder->file != NULL) {
    AVIOContext *input = decoder->file->pb;
    avformat_close_input(&decoder->file);
    if (input != NULL) av_freep(&input->buffer);
    avio_context_free(&input);
  }
  avcodec_free_context(&decoder->codec);
  av_packet_free(&decoder->packet);
  av_frame_free(&decoder->frame);
  free(decoder);
}

static int32_t open_file(struct decoder *decoder) {
  /* No other demuxer: some of them open further files and addresses that a file names. */
  const AVInputFormat *kind = av_find_input_format("mov");
  uint8_t *buffer = av_malloc(INPUT_SIZE);
  AVIOContext *input;
  decoder->file = avformat_alloc_context();
  if (buffer == NULL || decoder->file == NULL) {
    av_free(buffer);
    return CODEC_E_MEMORY;
  }
  input = avio_alloc_context(buffer, INPUT_SIZE, 0, decoder, read_input, NULL, seek_input);
  if (input == NULL) {
    av_free(buffer);
    return CODEC_E_MEMORY;
  }
  decoder->file->pb = input;
  decoder->file->flags |= AVFMT_FLAG_CUSTOM_IO;
  if (avformat_open_input(&decoder->file, NULL, kind, NULL) < 0) {
    /* The context is gone then, and the input is not. */
    av_freep(&input->buffer);
    avio_context_free(&input);
    return CODEC_E_FORMAT;
  }
  return 0;
}

static int32_t open_codec(struct decoder *decoder) {
  const AVCodec *codec = NULL;
  unsigned other;
  int index = av_find_best_stream(decoder->file, AVMEDIA_TYPE_AUDIO, -1, -1, &codec, 0);
  if (index < 0 || codec == NULL) return CODEC_E_FORMAT;
  decoder->stream = decoder->file->streams[index];
  for (other = 0; other < decoder->file->nb_streams; other++)
    if ((int)other != index) decoder->file->streams[other]->discard = AVDISCARD_ALL;
  decoder->codec = avcodec_alloc_context3(codec);
  decoder->packet = av_packet_alloc();
  decoder->frame = av_frame_alloc();
  if (decoder->codec == NULL || decoder->packet == NULL || decoder->frame == NULL)
    return CODEC_E_MEMORY;
  if (avcodec_parameters_to_context(decoder->codec, decoder->stream->codecpar) < 0)
    return CODEC_E_FORMAT;
  decoder->codec->pkt_timebase = decoder->stream->time_base;
  decoder->codec->thread_count = 1;
  return avcodec_open2(decoder->codec, codec, NULL) < 0 ? CODEC_E_FORMAT : 0;
}

/* The next decoded frame. 1, 0 at the end, or a CODEC_E_. */
static int32_t next_frame(struct decoder *decoder) {
  decoder->used = 0;
  for (;;) {
    int status = avcodec_receive_frame(decoder->codec, decoder->frame);
    if (status >= 0) return 1;
    if (status == AVERROR_EOF) return 0;
    if (status != AVERROR(EAGAIN)) return CODEC_E_DAMAGED;
    do {
      av_packet_unref(decoder->packet);
      status = av_read_frame(decoder->file, decoder->packet);
    } while (status >= 0 && decoder->packet->stream_index != decoder->stream->index);
    if (decoder->input_failed) return CODEC_E_INPUT;
    if (status < 0 && decoder->draining) return 0;
    if (status < 0) decoder->draining = 1;
    status = avcodec_send_packet(decoder->codec, status < 0 ? NULL : decoder->packet);
    if (status < 0 && status != AVERROR_EOF) return CODEC_E_DAMAGED;
  }
}

/* The number of the decoded frame's first frame of sound. */
static int64_t start_of(const struct decoder *decoder) {
  AVRational unit = {1, decoder->rate};
  if (decoder->frame->pts == AV_NOPTS_VALUE) return decoder->skip_to;
  return av_rescale_q(decoder->frame->pts, decoder->stream->time_base, unit);
}

static int16_t from_float(double value) {
  value *= 32768;
  return !(value > -32768) ? -32768 : !(value < 32767) ? 32767 : (int16_t)lrint(value);
}

static int16_t sample(const struct decoder *decoder, int index, int channel) {
  int planar = av_sample_fmt_is_planar(decoder->kind);
  const uint8_t *plane = decoder->frame->extended_data[planar ? channel : 0];
  int place = planar ? index : index * decoder->channels + channel;
  switch (av_get_packed_sample_fmt(decoder->kind)) {
    case AV_SAMPLE_FMT_U8: return (int16_t)((plane[place] - 128) * 256);
    case AV_SAMPLE_FMT_S16: return ((const int16_t *)plane)[place];
    case AV_SAMPLE_FMT_S32: return (int16_t)(((const int32_t *)plane)[place] >> 16);
    case AV_SAMPLE_FMT_FLT: return from_float(((const float *)plane)[place]);
    case AV_SAMPLE_FMT_DBL: return from_float(((const double *)plane)[place]);
    default: return 0;
  }
}

static int32_t describe(struct decoder *decoder, codec_format *format) {
  AVRational unit;
  int failures = 0;
  int32_t status;
  /* A header may keep silent about what only a decoded frame shows, as HE-AAC's rate. */
  do status = next_frame(decoder);
  while (status == CODEC_E_DAMAGED && failures++ < MOST_FAILURES);
  if (status != 1) return status == CODEC_E_INPUT ? status : CODEC_E_FORMAT;
  decoder->rate = decoder->frame->sample_rate;
  decoder->channels = decoder->frame->ch_layout.nb_channels;
  decoder->kind = decoder->frame->format;
  if (decoder->rate <= 0 || decoder->channels <= 0 || decoder->channels > 8)
    return CODEC_E_FORMAT;
  format->rate = (uint32_t)decoder->rate;
  format->channels = (uint32_t)decoder->channels;
  format->frames = 0;
  decoder->end = INT64_MAX;
  unit = (AVRational){1, decoder->rate};
  if (decoder->stream->duration > 0) {
    decoder->end = av_rescale_q(decoder->stream->duration, decoder->stream->time_base, unit);
    format->frames = (uint64_t)decoder->end;
  }
  return 0;
}

static int32_t open_decoder(const codec_content *content, codec_format *format, void **out) {
  struct decoder *decoder;
  int32_t status;
  if (content->length > INT64_MAX) return CODEC_E_FORMAT;
  decoder = calloc(1, sizeof *decoder);
  if (decoder == NULL) return CODEC_E_MEMORY;
  av_log_set_level(AV_LOG_QUIET);
  decoder->content = content;
  decoder->skip_to = -1;
  status = open_file(decoder);
  if (status == 0) status = open_codec(decoder);
  if (status == 0) status = describe(decoder, format);
  if (status == 0)
    *out = decoder;
  else {
    if (decoder->input_failed) status = CODEC_E_INPUT;
    close_decoder(decoder);
  }
  return status;
}

static int64_t decode(void *opaque, int16_t *pcm, size_t frames) {
  struct decoder *decoder = opaque;
  const AVFrame *frame = decoder->frame;
  size_t count, index;
  int channel;
  if (decoder->number >= decoder->end) return 0;
  while (decoder->used >= frame->nb_samples || decoder->skip_to >= 0) {
    int64_t start = start_of(decoder);
    /* A file may claim any start: nothing is added to it. */
    if (decoder->used < frame->nb_samples && start > decoder->skip_to - frame->nb_samples) {
      if (decoder->skip_to > start) decoder->used = (int)(decoder->skip_to - start);
      decoder->skip_to = -1;
    } else {
      int32_t status = next_frame(decoder);
      if (status != 1) return status;
    }
    /* An output does not change in the middle of a track. */
    if (frame->sample_rate != decoder->rate || frame->format != (int)decoder->kind ||
        frame->ch_layout.nb_channels != decoder->channels) {
      decoder->used = frame->nb_samples;
      return CODEC_E_DAMAGED;
    }
  }
  count = (size_t)(frame->nb_samples - decoder->used);
  if (count > frames) count = frames;
  if ((int64_t)count > decoder->end - decoder->number)
    count = (size_t)(decoder->end - decoder->number);
  decoder->number += (int64_t)count;
  for (index = 0; index < count; index++)
    for (channel = 0; channel < decoder->channels; channel++)
      *pcm++ = sample(decoder, decoder->used + (int)index, channel);
  decoder->used += (int)count;
  return (int64_t)count;
}

static int32_t seek(void *opaque, uint64_t frame) {
  struct decoder *decoder = opaque;
  AVRational unit = {1, decoder->rate};
  int64_t target = frame > INT64_MAX / 2 ? INT64_MAX / 2 : (int64_t)frame;
  int64_t from = target > PRIMING ? target - PRIMING : 0;
  int status = av_seek_frame(decoder->file, decoder->stream->index,
                             av_rescale_q(from, unit, decoder->stream->time_base),
                             AVSEEK_FLAG_BACKWARD);
  if (decoder->input_failed) return CODEC_E_INPUT;
  if (status < 0) return CODEC_E_SEEK;
  avcodec_flush_buffers(decoder->codec);
  av_frame_unref(decoder->frame);
  decoder->used = 0;
  decoder->draining = 0;
  decoder->skip_to = target;
  decoder->number = target;
  return 0;
}

const codec_unit pinstripe_codec_unit = {sizeof(codec_unit), CODEC_UNIT_VERSION, "FFmpeg",
                                         open_decoder,       decode,             seek,
                                         close_decoder};
