/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * pinstripe_decoder.h - the decoder's C ABI.
 *
 * Opens a Pinstripe track (TrackFormat.md, version 1) with a device's key and
 * decrypts any byte range of it. The caller owns all memory: no heap, no
 * globals, no locks. One context serves one thread at a time; several contexts
 * are independent.
 *
 * Every function but pinstripe_abi_version and pinstripe_wipe returns a status:
 * PINSTRIPE_OK (0) or one of the negative PINSTRIPE_E_... codes. No other value is returned and none is positive.
 * Integers are those of <stdint.h>; there are no enums, floats or bools, so the
 * ABI does not depend on compiler flags such as -fshort-enums.
 *
 * The implementation is Embedded Swift (Sources/PinstripeCore), compiled against
 * this header: a signature that differs does not build.
 */
#ifndef PINSTRIPE_DECODER_H
#define PINSTRIPE_DECODER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Which pointers may be NULL; with -pedantic clang says that this is no standard
 * C, which other compilers are not shown. */
#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wnullability-extension"
#else
#define _Nonnull
#define _Nullable
#endif

/** Version of this ABI. Every struct that crosses it, but for pinstripe_recipient
 *  and the context, starts with its own size and this number; a decoder built for another version answers
 *  PINSTRIPE_E_ABI instead of reading fields that are not there. */
#define PINSTRIPE_ABI_VERSION 1u

/* ---- Sizes, in bytes ---- */

/** The header area, and so the payload's offset in every track. */
#define PINSTRIPE_HEADER_AREA_SIZE 4096u
/** The trailer of a track that was packed from a pipe. */
#define PINSTRIPE_TRAILER_SIZE 1024u
/** Smallest work buffer for pinstripe_open. */
#define PINSTRIPE_WORK_SIZE_OPENING 4096u
/** Smallest work buffer for pinstripe_set_work once a track is open. A larger
 *  one is used as well: keystream is then asked for in longer pieces. */
#define PINSTRIPE_WORK_SIZE_PLAYING 256u
/** The same for a track whose pattern is framed: a page of its frame map, and
 *  keystream behind it. */
#define PINSTRIPE_WORK_SIZE_PLAYING_FRAMED 1280u
/** The context. */
#define PINSTRIPE_DECODER_SIZE 256u

/* ---- Status codes ---- */

#define PINSTRIPE_OK 0
/** A null pointer, an impossible length, or a call out of order. */
#define PINSTRIPE_E_ARGUMENT (-1)
/** A struct's size or ABI version is not this decoder's. */
#define PINSTRIPE_E_ABI (-2)
/** The storage's read function failed. */
#define PINSTRIPE_E_STORAGE (-3)
/** The file ends before what its header or trailer promises. */
#define PINSTRIPE_E_TRUNCATED (-4)
/** Not a Pinstripe track: the magic number is missing. */
#define PINSTRIPE_E_NOT_A_TRACK (-5)
/** A track of a major version, or a keybox of a version, that this decoder does
 *  not know. */
#define PINSTRIPE_E_VERSION (-6)
/** A cipher suite this decoder does not know. */
#define PINSTRIPE_E_SUITE (-7)
/** A pattern that is out of range or not in its canonical encoding. */
#define PINSTRIPE_E_PATTERN (-8)
/** The header area contradicts itself, or a reserved bit or padding is set. */
#define PINSTRIPE_E_MALFORMED (-9)
/** A critical section, and this decoder does not process its type. */
#define PINSTRIPE_E_CRITICAL_SECTION (-10)
/** No key slot carries the id of any key given: another player's track. */
#define PINSTRIPE_E_NO_SLOT (-11)
/** No key slot for the keys given unwraps: wrong key, or damaged slots. */
#define PINSTRIPE_E_UNWRAP (-12)
/** The header tag, trailer tag or a section's tag fails: edited. */
#define PINSTRIPE_E_TAG (-13)
/** The crypto provider failed or answered short. */
#define PINSTRIPE_E_PROVIDER (-14)
/** The range lies outside the content. */
#define PINSTRIPE_E_RANGE (-15)
/** Not a keybox, or its checksum fails, or its fields are out of range. */
#define PINSTRIPE_E_KEYBOX (-16)
/** The work buffer is smaller than the call needs. */
#define PINSTRIPE_E_WORK_SIZE (-17)
/** The track is unprotected and this decoder was told to refuse that. */
#define PINSTRIPE_E_CLEAR_REFUSED (-18)
/** A TEST keybox, and this decoder was told to refuse that. */
#define PINSTRIPE_E_TEST_KEYBOX (-19)
/** More bytes are encrypted than one keystream may cover (2^38). */
#define PINSTRIPE_E_TOO_LARGE (-20)

/* ---- Cipher suites (TrackFormat.md, "Suites") ---- */

#define PINSTRIPE_SUITE_CHACHA20 1u   /* keystream blocks of 64 bytes */
#define PINSTRIPE_SUITE_AES_128_CTR 2u /* keystream blocks of 16 bytes */

/* ---- Pattern kinds ---- */

#define PINSTRIPE_PATTERN_CLEAR 0u
#define PINSTRIPE_PATTERN_EVERY 1u
#define PINSTRIPE_PATTERN_FRAMED 2u

/* ---- Kinds of run in a frame map ---- */

#define PINSTRIPE_RUN_FULL 0u
#define PINSTRIPE_RUN_STRIPED 1u
#define PINSTRIPE_RUN_CLEAR 2u

/* ---- Kinds of recipient of a key slot ---- */

#define PINSTRIPE_RECIPIENT_DEVICE 1u
#define PINSTRIPE_RECIPIENT_USER 2u
#define PINSTRIPE_RECIPIENT_GROUP 3u

/* ---- Flags of a provider's stripe function ---- */

#define PINSTRIPE_STRIPE_LARGE 1u

/* ---- Key places of a provider ----
 *
 * The decoder never holds a key: it names places inside the provider, which may
 * be RAM, a secure element or a crypto engine. Place 0 always reads as 32 zero
 * bytes (unprotected tracks have that public key). Places 1 to 9 are used as
 * below; 10 and up are the integrator's, for the wrapping keys of devices, users
 * and groups. */

#define PINSTRIPE_KEY_ZERO 0u
#define PINSTRIPE_KEY_ROOT 1u     /* DUS; put there by the integrator */
#define PINSTRIPE_KEY_PLAYBACK 2u /* K_play */
#define PINSTRIPE_KEY_CONTENT 3u  /* CEK */
#define PINSTRIPE_KEY_STRIPE 4u
#define PINSTRIPE_KEY_TAG 5u      /* header, trailer and section tags, in turn */
#define PINSTRIPE_KEY_SECTION 6u  /* the section being read */
#define PINSTRIPE_KEY_MAP 7u      /* the open track's frame map: keystream */
#define PINSTRIPE_KEY_MAP_TAG 8u  /* and the tags of its pages */
#define PINSTRIPE_KEY_RIGHTS 9u   /* while rights are read; then it is empty */
#define PINSTRIPE_KEY_FIRST_WRAP 10u
/** Places that the providers shipped with Pinstripe have. */
#define PINSTRIPE_KEY_PLACES 24u

/** Cryptography, supplied by the integrator (providers over OpenSSL, Mbed TLS and
 *  the Linux kernel ship with Pinstripe). `state` is passed back unread. Unless stated otherwise a function
 *  returns PINSTRIPE_OK, and anything else counts as a failure; the decoder then
 *  answers PINSTRIPE_E_PROVIDER and writes no output.
 *  The table and `state` must outlive every decoder that uses them. No function may
 *  unwind through the decoder (a C++ exception, longjmp): it has no tables for that. */
typedef struct pinstripe_provider {
  uint32_t struct_size; /* sizeof(pinstripe_provider) */
  uint32_t abi_version; /* PINSTRIPE_ABI_VERSION */
  void *_Nullable state;
  /** HKDF-SHA256 (RFC 5869) of the 32-byte key at `parent` into 32 bytes at
   *  `child`, which may be the same place. A salt of length 0 is 32 zero bytes.
   *  `salt_length` is 0 or 32; `info_length` is at most 64. */
  int32_t (*_Nonnull derive)(void *_Nullable state, uint32_t parent,
                             const uint8_t *_Nullable salt, uint32_t salt_length,
                             const uint8_t *_Nonnull info, uint32_t info_length,
                             uint32_t child);
  /** AES-KW (RFC 3394 section 2.2.2) with the 256-bit key at `wrapping`: 40
   *  bytes into the 32 of `child`. Returns PINSTRIPE_E_UNWRAP when the integrity
   *  check fails. Must take the same time for every key. */
  int32_t (*_Nonnull unwrap)(void *_Nullable state, uint32_t wrapping,
                             const uint8_t *_Nonnull wrapped, uint32_t child);
  /** HMAC-SHA256 (RFC 2104) in three steps, one message at a time. */
  int32_t (*_Nonnull mac_begin)(void *_Nullable state, uint32_t key);
  int32_t (*_Nonnull mac_update)(void *_Nullable state,
                                 const uint8_t *_Nonnull bytes, size_t length);
  int32_t (*_Nonnull mac_finish)(void *_Nullable state, uint8_t *_Nonnull tag32);
  /** `block_count` whole keystream blocks of `suite` from index `first_block`
   *  under the key at `key`, into `out`. ChaCha20: zero IV, the index is the
   *  block counter; AES-128-CTR: the first 16 bytes of the key, the index is the
   *  128-bit big-endian counter. Returns the number of blocks written; any other
   *  number than `block_count` counts as a failure. */
  int32_t (*_Nonnull keystream)(void *_Nullable state, uint32_t key, uint32_t suite,
                                uint64_t first_block, uint8_t *_Nonnull out,
                                uint32_t block_count);
  /** Forgets the key at `key`. */
  void (*_Nonnull discard)(void *_Nullable state, uint32_t key);
  /** Optional: NULL leaves it to the decoder's own scalar code. Copies `length`
   *  bytes from `src` to `dst`, which are the same buffer or do not overlap, and
   *  XORs keystream byte j into byte first + j * stride of them, as many as there
   *  are. For vector units and engines; `flags` is 0, or PINSTRIPE_STRIPE_LARGE
   *  when the pieces belong to a copy too large for any cache. Cannot fail. */
  void (*_Nullable stripe)(uint8_t *_Nonnull dst, const uint8_t *_Nonnull src,
                           size_t length, size_t first, size_t stride,
                           const uint8_t *_Nonnull keystream, uint32_t flags);
} pinstripe_provider;

/** Where a track lies. The file's size is read once, when the track is opened;
 *  its header is copied once and judged in that copy. */
typedef struct pinstripe_storage {
  uint32_t struct_size; /* sizeof(pinstripe_storage) */
  uint32_t abi_version; /* PINSTRIPE_ABI_VERSION */
  void *_Nullable state;
  uint64_t size; /* of the whole file, in bytes */
  /** Reads exactly `length` bytes at `offset` into `out`; returns PINSTRIPE_OK,
   *  or anything else when it cannot. */
  int32_t (*_Nonnull read)(void *_Nullable state, uint64_t offset,
                           uint8_t *_Nonnull out, uint32_t length);
} pinstripe_storage;

/** A wrapping key the device holds, and the place in the provider where it is. */
typedef struct pinstripe_recipient {
  uint8_t key_id[8];
  uint32_t kind;       /* PINSTRIPE_RECIPIENT_... */
  uint32_t generation; /* epoch of a device, generation of a user or group */
  uint32_t key;        /* PINSTRIPE_KEY_FIRST_WRAP or above */
  uint32_t reserved;   /* 0 */
} pinstripe_recipient;

/** What a keybox says besides the secret (TrackFormat.md, "Keybox"). */
typedef struct pinstripe_keybox {
  uint32_t struct_size; /* in: sizeof(pinstripe_keybox) */
  uint32_t abi_version; /* in: PINSTRIPE_ABI_VERSION */
  uint32_t is_test;     /* 1: a TEST device, not for production */
  uint32_t epoch;
  uint8_t device_id[16];
  uint8_t epoch_salt[32];
} pinstripe_keybox;

/** What an open track is. */
typedef struct pinstripe_info {
  uint32_t struct_size; /* in: sizeof(pinstripe_info) */
  uint32_t abi_version; /* in: PINSTRIPE_ABI_VERSION */
  uint64_t content_length; /* bytes of the decrypted file */
  uint64_t encrypted_length; /* how many of them are encrypted in the file */
  uint64_t payload_offset; /* where the content's bytes start in the file */
  uint32_t suite;
  uint32_t pattern_kind;
  uint32_t stride;
  uint32_t phase;
  uint32_t head; /* of a framed pattern; otherwise 0 */
  uint8_t codec[4]; /* four characters, padded with spaces: "mp3 ", "flac" */
  uint32_t slot;    /* index of the key slot that opened it */
  uint32_t reserved; /* 0 */
  uint8_t track_id[16];
} pinstripe_info;

/* ---- Flags of rights ---- */

/** For a TEST device. */
#define PINSTRIPE_RIGHTS_TEST 1u
/** With the tag of the service that sold the work, which was verified. Without it
 *  anybody may have written them: they are advice. */
#define PINSTRIPE_RIGHTS_ISSUED 2u

/** What the buyer of an open track may do (TrackFormat.md, "Rights"). */
typedef struct pinstripe_rights {
  uint32_t struct_size; /* in: sizeof(pinstripe_rights) */
  uint32_t abi_version; /* in: PINSTRIPE_ABI_VERSION */
  uint32_t present;     /* 0: the track has none, and all below is 0 */
  uint32_t flags;       /* PINSTRIPE_RIGHTS_... */
  uint32_t plays;       /* how often it may be played; 0 means any number */
  uint32_t reserved;
  uint64_t not_before;  /* seconds since 1970-01-01 00:00 UTC; 0 means any time */
  uint64_t not_after;   /* the same */
  uint8_t rights_id[16]; /* under which plays are counted */
} pinstripe_rights;

/* ---- Sections that are read field by field, or as they are ---- */

#define PINSTRIPE_SECTION_METADATA 2u
#define PINSTRIPE_SECTION_PURCHASER 3u /* 1 to 1024 bytes of UTF-8 */

/* Numbers of metadata fields (TrackFormat.md, "Metadata"). Texts are UTF-8, but
 * anybody's: show what is not with replacement characters. */
#define PINSTRIPE_FIELD_TITLE 1u
#define PINSTRIPE_FIELD_ARTIST 2u
#define PINSTRIPE_FIELD_ALBUM 3u
#define PINSTRIPE_FIELD_LYRICS 4u
#define PINSTRIPE_FIELD_PICTURE 5u /* media type, 00, image */
#define PINSTRIPE_FIELD_LINK 6u
#define PINSTRIPE_FIELD_FREE 7u /* name, 00, value */
#define PINSTRIPE_FIELD_FILE_NAME 16u
#define PINSTRIPE_FIELD_SHA256 17u /* of the content, 32 bytes */

/** A section of an open track whose tag was verified. */
typedef struct pinstripe_section {
  uint32_t struct_size; /* in: sizeof(pinstripe_section) */
  uint32_t abi_version; /* in: PINSTRIPE_ABI_VERSION */
  uint64_t offset; /* of its contents in the file; 0: the track has no such section */
  uint32_t length; /* of its contents, in bytes */
  uint32_t type;   /* PINSTRIPE_SECTION_... */
} pinstripe_section;

/** A metadata field. Zero all but the first two members before the first one. */
typedef struct pinstripe_field {
  uint32_t struct_size; /* in: sizeof(pinstripe_field) */
  uint32_t abi_version; /* in: PINSTRIPE_ABI_VERSION */
  uint32_t number; /* PINSTRIPE_FIELD_...; 0 behind the last one */
  uint32_t offset; /* of its value in the section's contents */
  uint32_t length; /* of its value, in bytes */
  uint32_t reserved; /* 0 */
} pinstripe_field;

/** The context: PINSTRIPE_DECODER_SIZE bytes of the caller's, 8-byte aligned. No
 *  field is the caller's business; copying it while a track is open is not
 *  supported. */
typedef struct pinstripe_decoder {
  uint64_t opaque[PINSTRIPE_DECODER_SIZE / 8u];
} pinstripe_decoder;

/* ---- Flags of pinstripe_open ---- */

/** Play unprotected tracks too (US 2001/0016836 paragraph 46). */
#define PINSTRIPE_OPEN_ALLOW_CLEAR 1u
/** The caller obeys rights. Without this flag a track that has rights is refused
 *  (CRITICAL_SECTION); with it, pinstripe_xor_at and pinstripe_update answer
 *  ARGUMENT until pinstripe_rights_read has told what is allowed. */
#define PINSTRIPE_OPEN_OBEYS_RIGHTS 2u

/** The ABI version this object was built with: PINSTRIPE_ABI_VERSION. */
uint32_t pinstripe_abi_version(void);

/** Checks a keybox's form and checksum and reads it.
 *  `bytes`, `length`: the keybox file. `dus`: receives the 32-byte device unique
 *  secret, which the caller moves to PINSTRIPE_KEY_ROOT of its provider and
 *  wipes. `allow_test`: 0 refuses TEST keyboxes, as a production player must.
 *  On an error nothing is written to `keybox` and `dus`.
 *  Errors: ARGUMENT, ABI, KEYBOX, VERSION, TEST_KEYBOX, PROVIDER. */
int32_t pinstripe_keybox_read(const pinstripe_provider *_Nullable provider,
                              const uint8_t *_Nullable bytes, size_t length,
                              uint32_t allow_test, pinstripe_keybox *_Nullable keybox,
                              uint8_t *_Nullable dus);

/** Derives the device's wrapping key from PINSTRIPE_KEY_ROOT into `key`, and
 *  fills `recipient` for pinstripe_open. PINSTRIPE_KEY_PLAYBACK is used on the
 *  way and discarded. After PROVIDER there is no key at `key`.
 *  Errors: ARGUMENT, ABI, PROVIDER. */
int32_t pinstripe_device_recipient(const pinstripe_provider *_Nullable provider,
                                   const pinstripe_keybox *_Nullable keybox,
                                   uint32_t key,
                                   pinstripe_recipient *_Nullable recipient);

/** Reads a grant (TrackFormat.md, "Grant"): derives the wrapping key of the user or
 *  group that it grants into `key`, and fills `recipient` for pinstripe_open.
 *  `keybox`, `device`: what pinstripe_keybox_read and pinstripe_device_recipient
 *  filled; PINSTRIPE_KEY_ROOT and `device->key` still hold their keys. `bytes`,
 *  `length`: the grant file. `allow_test`: 0 refuses grants for TEST devices.
 *  `key`: PINSTRIPE_KEY_FIRST_WRAP or above, and not `device->key`.
 *  PINSTRIPE_KEY_PLAYBACK is used on the way and discarded. On an error nothing is
 *  written to `recipient`; after the grant's form was judged (NO_SLOT, TAG, UNWRAP,
 *  PROVIDER) there is no key at `key`.
 *  Errors: ARGUMENT, ABI, KEYBOX (not a grant), VERSION, TEST_KEYBOX, NO_SLOT
 *  (another device's, or for another epoch), TAG, UNWRAP, PROVIDER. */
int32_t pinstripe_grant_recipient(const pinstripe_provider *_Nullable provider,
                                  const pinstripe_keybox *_Nullable keybox,
                                  const pinstripe_recipient *_Nullable device,
                                  const uint8_t *_Nullable bytes, size_t length,
                                  uint32_t allow_test, uint32_t key,
                                  pinstripe_recipient *_Nullable recipient);

/** Opens a track: copies its header area into `work`, finds the slot of one of
 *  the `recipients` (the first 16 are looked at), unwraps the content key,
 *  verifies the header tag (and the trailer's), and prepares the keystream;
 *  TrackFormat.md, "Opening a track", has the order of the checks. What `decoder`
 *  held is overwritten: a track that is open in it must be wiped before.
 *  `provider`, `storage` and `work` are kept by the decoder until pinstripe_wipe
 *  (`work` until pinstripe_set_work). `work_size`: at least
 *  PINSTRIPE_WORK_SIZE_OPENING. On an error the context is all zero, and the
 *  provider holds no key of the track.
 *  Errors: all of them but RANGE and the keybox's. */
int32_t pinstripe_open(pinstripe_decoder *_Nullable decoder,
                       const pinstripe_provider *_Nullable provider,
                       const pinstripe_storage *_Nullable storage,
                       const pinstripe_recipient *_Nullable recipients,
                       uint32_t recipient_count, uint32_t flags,
                       uint8_t *_Nullable work, size_t work_size);

/** Reads the open track's rights: verifies the section's tag and, where there is
 *  one, the tag of their issuer, with the key at PINSTRIPE_KEY_ROOT, and that they
 *  were issued for this device. `keybox`: what pinstripe_keybox_read filled.
 *  `allow_test`: 0 refuses rights for TEST devices. PINSTRIPE_KEY_RIGHTS is used on
 *  the way and discarded; the work buffer is not touched. What the rights allow is
 *  for the caller to obey: to count plays, and to ask a clock it trusts.
 *  On an error nothing is written to `rights`, and the track must not be played.
 *  Errors: ARGUMENT, ABI, STORAGE, TAG, MALFORMED (also: another track's rights),
 *  TEST_KEYBOX, NO_SLOT (issued for another device), PROVIDER. */
int32_t pinstripe_rights_read(pinstripe_decoder *_Nullable decoder,
                              const pinstripe_keybox *_Nullable keybox,
                              uint32_t allow_test,
                              pinstripe_rights *_Nullable rights);

/** Begins to read a section of the track that was just opened: nothing may have
 *  been decrypted since, nor the work buffer changed, because the track's directory
 *  lies there. The section is read once from storage, piece by piece, into `buffer`
 *  (at least 64 bytes, not the work buffer; larger is faster), its tag is verified,
 *  and the form of metadata's fields is judged. A track without it is no error:
 *  `section->offset` is 0 then. From now on this section can be read, and no other,
 *  at any time until pinstripe_wipe. `buffer` holds no secret afterwards.
 *  `type`: PINSTRIPE_SECTION_METADATA or PINSTRIPE_SECTION_PURCHASER.
 *  On an error nothing is written to `section`; the track can be played.
 *  Errors: ARGUMENT (also: too late), ABI, STORAGE, TAG, MALFORMED, PROVIDER. */
int32_t pinstripe_section_begin(pinstripe_decoder *_Nullable decoder, uint32_t type,
                                uint8_t *_Nullable buffer, size_t size,
                                pinstripe_section *_Nullable section);

/** Decrypts `length` bytes from `offset` of the section's contents on into `out`.
 *  They are read from storage anew: who can change it while the player reads can
 *  change what is shown. After STORAGE and PROVIDER all bytes of `out` are zero.
 *  Errors: ARGUMENT, ABI, RANGE, STORAGE, PROVIDER. */
int32_t pinstripe_section_read(pinstripe_decoder *_Nullable decoder,
                               const pinstripe_section *_Nullable section,
                               uint32_t offset, uint8_t *_Nullable out, size_t length);

/** Goes to the next metadata field whose number is one of PINSTRIPE_FIELD_...; others
 *  are skipped. Its value is read with pinstripe_section_read, in pieces if it is
 *  long: lyrics, pictures. A title that is cut must be cut between characters.
 *  Behind the last field `field->number` is 0. On an error `field` stays.
 *  Errors: ARGUMENT, ABI, STORAGE, MALFORMED, PROVIDER. */
int32_t pinstripe_metadata_next(pinstripe_decoder *_Nullable decoder,
                                const pinstripe_section *_Nullable section,
                                pinstripe_field *_Nullable field);

/** Gives an open track another work buffer, of at least
 *  PINSTRIPE_WORK_SIZE_PLAYING bytes, or PINSTRIPE_WORK_SIZE_PLAYING_FRAMED for
 *  a framed pattern, and lets go of the former one. Errors: ARGUMENT, WORK_SIZE. */
int32_t pinstripe_set_work(pinstripe_decoder *_Nullable decoder,
                           uint8_t *_Nullable work, size_t work_size);

/** Describes the open track. Errors: ARGUMENT, ABI. */
int32_t pinstripe_get_info(const pinstripe_decoder *_Nullable decoder,
                           pinstripe_info *_Nullable info);

/** Decrypts `length` content bytes that lie at content offset `offset`, from
 *  `src` to `dst`; the two may be the same buffer, but may not overlap
 *  otherwise. Any range, in any order; no other byte of the payload is needed.
 *  A framed track's map is read from storage a page at a time, the next page
 *  when playing goes on, and O(log n) of n pages after a seek.
 *  In place this is not idempotent (it is an XOR): a player that may read the
 *  same ring twice decrypts from `src` to another `dst`.
 *  Errors: ARGUMENT, RANGE, PROVIDER, and of framed tracks STORAGE, TAG and
 *  MALFORMED for a page of the map; after these four all bytes of `dst` are zero
 *  and the track is still open. */
int32_t pinstripe_xor_at(pinstripe_decoder *_Nullable decoder, uint64_t offset,
                         const uint8_t *_Nullable src, uint8_t *_Nullable dst,
                         size_t length);

/** Moves the position of pinstripe_update to `offset` (0 to content length).
 *  Errors: ARGUMENT, RANGE; the position stays then. */
int32_t pinstripe_seek(pinstripe_decoder *_Nullable decoder, uint64_t offset);

/** pinstripe_xor_at at the position, which moves on by `length` if that worked.
 *  Errors: those of pinstripe_xor_at. */
int32_t pinstripe_update(pinstripe_decoder *_Nullable decoder,
                         const uint8_t *_Nullable src, uint8_t *_Nullable dst,
                         size_t length);

/** Which keystream blocks a range needs, for engines that prepare them ahead.
 *  `block_count` is 0 when no byte of the range is encrypted.
 *  Errors: those of pinstripe_xor_at. */
int32_t pinstripe_keystream_range(pinstripe_decoder *_Nullable decoder,
                                  uint64_t offset, uint64_t length,
                                  uint64_t *_Nullable first_block,
                                  uint64_t *_Nullable block_count);

/** Overwrites the context and discards the track's keys in the provider. The
 *  work buffer holds no secret then either. Safe on a context that is already
 *  wiped or all zero. */
void pinstripe_wipe(pinstripe_decoder *_Nullable decoder);

#ifdef __clang__
#pragma clang diagnostic pop
#endif

#ifdef __cplusplus
}
#endif

#endif /* PINSTRIPE_DECODER_H */
