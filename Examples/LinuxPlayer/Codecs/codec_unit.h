/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * codec_unit.h - what a codec is to the player (US 2001/0016836 paragraph 26).
 *
 * A unit is a shared object that exports one table, pinstripe_codec_unit. The player loads it when a
 * track's codec tag has its name: mp3.so for "mp3 ", flac.so for "flac". So a codec is added by
 * putting a file (or a link to one) into the player's folder of codecs; the player stays as it is.
 *
 * A unit pulls its input, so that no more is decrypted than it asks for. All input is hostile: it may
 * have been changed on the storage. A unit answers with a negative status and stays usable; it never
 * ends the program. One thread uses a decoder at a time.
 */
#ifndef PINSTRIPE_CODEC_UNIT_H
#define PINSTRIPE_CODEC_UNIT_H

#include <stddef.h>
#include <stdint.h>

#define CODEC_UNIT_VERSION 1u

/** The input does not open: not this unit's, or damaged at its start. */
#define CODEC_E_FORMAT (-1)
/** No memory. */
#define CODEC_E_MEMORY (-2)
/** The piece at the position cannot be decoded; `seek` to a later one may go on. */
#define CODEC_E_DAMAGED (-3)
/** The input's read function failed. */
#define CODEC_E_INPUT (-4)
/** The frame cannot be reached. */
#define CODEC_E_SEEK (-5)

/** A track's content, decrypted as it is read. */
typedef struct codec_content {
  void *state;
  uint64_t length;
  /** Reads up to `length` bytes at `offset`; returns how many came (fewer at any time, 0 only at the
   *  content's end or beyond), or -1. */
  int64_t (*read)(void *state, uint64_t offset, uint8_t *out, size_t length);
} codec_content;

/** What a decoder delivers: interleaved signed 16-bit samples in the machine's byte order. */
typedef struct codec_format {
  uint32_t rate;     /* frames a second, a frame being one sample of every channel */
  uint32_t channels; /* at most 8 */
  uint64_t frames;   /* of the whole track, without an encoder's padding; 0 when not known */
} codec_format;

typedef struct codec_unit {
  uint32_t struct_size; /* sizeof(codec_unit) */
  uint32_t version;     /* CODEC_UNIT_VERSION */
  /** The library that does the work, for people. */
  const char *name;
  /** Opens `content`, which stays in place until `close`, and describes it. 0 or a CODEC_E_. */
  int32_t (*open)(const codec_content *content, codec_format *format, void **decoder);
  /** Decodes up to `frames` frames into `pcm`; returns how many, 0 at the end, or a CODEC_E_. */
  int64_t (*decode)(void *decoder, int16_t *pcm, size_t frames);
  /** Makes `frame` the next to be decoded; one beyond the end is the end. 0 or a CODEC_E_. */
  int32_t (*seek)(void *decoder, uint64_t frame);
  void (*close)(void *decoder);
} codec_unit;

/** The one name that a unit exports. */
__attribute__((visibility("default"))) extern const codec_unit pinstripe_codec_unit;

#endif
