/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * The content of an open track: whole, in pieces, in ranges, in any order, from and to buffers at any
 * address, with memory before and behind them that must not be touched.
 */
#include "vectors.h"

struct content {
  struct player *player;
  const char *name;
  struct file plain;
  struct guarded source, target;
  uint8_t *payload; /* in `source`, up to its end */
};

static void check_target(struct content *content, const uint8_t *out, const char *what, size_t skew) {
  size_t size = content->plain.size;
  check(memcmp(out, content->plain.bytes, size) == 0, content->name, what, (long long)skew);
  check(guarded_check(&content->target, out, size), content->name, "a byte around the buffer changed",
        (long long)skew);
}

static void decrypt_whole(struct content *content) {
  size_t skew, size = content->plain.size;
  for (skew = 0; skew < 8; skew++) {
    /* From the end of one area to the start of the other, and the other way round. */
    uint8_t *out = guarded_fill(&content->target, size, skew, 0);
    int32_t status = pinstripe_xor_at(content->player->decoder, 0, content->payload, out, size);
    is_ok(status, content->name, "out of place: status");
    check_target(content, out, "out of place: content", skew);
    out = guarded_fill(&content->target, size, skew, 1);
    memcpy(out, content->payload, size);
    status = pinstripe_xor_at(content->player->decoder, 0, out, out, size);
    is_ok(status, content->name, "in place: status");
    check_target(content, out, "in place: content", skew);
  }
}

/* Pieces of random length in order, through update, with random seeks away and back between them. */
static void decrypt_in_pieces(struct content *content, size_t longest) {
  pinstripe_decoder *decoder = content->player->decoder;
  size_t at = 0, size = content->plain.size;
  uint8_t *out = guarded_fill(&content->target, size, random_below(8), 1);
  int32_t status = pinstripe_seek(decoder, 0);
  while (at < size && status == PINSTRIPE_OK) {
    size_t count = 1 + random_below(longest);
    if (count > size - at) count = size - at;
    if (random_below(4) == 0) {
      pinstripe_seek(decoder, random_below(size + 1));
      status = pinstripe_seek(decoder, at);
    }
    if (status == PINSTRIPE_OK)
      status = pinstripe_update(decoder, content->payload + at, out + at, count);
    at += count;
  }
  is_ok(status, content->name, "in pieces: status");
  check_target(content, out, "in pieces: content", longest);
}

/* Ranges anywhere, each alone; and that the blocks announced are those of the range. */
static void decrypt_ranges(struct content *content) {
  pinstripe_decoder *decoder = content->player->decoder;
  const uint8_t *payload = content->payload;
  int round;
  size_t size = content->plain.size;
  uint8_t *out = guarded_fill(&content->target, size, 0, 1);
  for (round = 0; round < 40; round++) {
    size_t at = random_below(size + 1), count = random_below(size - at + 1);
    uint64_t first = 0, blocks = 0;
    int32_t status = pinstripe_xor_at(decoder, at, payload + at, out + at, count);
    check(status == PINSTRIPE_OK && memcmp(out + at, content->plain.bytes + at, count) == 0,
          content->name, "a range: status", status);
    status = pinstripe_keystream_range(decoder, at, count, &first, &blocks);
    is_ok(status, content->name, "keystream range: status");
    if (memcmp(payload + at, content->plain.bytes + at, count) != 0)
      check(blocks > 0, content->name, "keystream range: none for encrypted bytes", (long long)at);
  }
  is_ok(pinstripe_xor_at(decoder, size, payload, out, 0), content->name, "nothing at the end");
  check(pinstripe_xor_at(decoder, size, payload, out, 1) == PINSTRIPE_E_RANGE, content->name,
        "a byte beyond the end", 0);
  check(pinstripe_seek(decoder, (uint64_t)size + 1) == PINSTRIPE_E_RANGE, content->name,
        "a seek beyond the end", 0);
}

static int32_t describe(struct player *player, pinstripe_info *info) {
  memset(info, 0, sizeof *info);
  info->struct_size = sizeof *info;
  info->abi_version = PINSTRIPE_ABI_VERSION;
  return pinstripe_get_info(player->decoder, info);
}

/* The payload, up to the end of an area of its own. */
static uint8_t *load_payload(struct player *player, struct guarded *area, size_t size) {
  uint8_t *payload;
  *area = guarded_new(size);
  payload = area->end - size;
  is_ok(read_file(&player->file, PINSTRIPE_HEADER_AREA_SIZE, payload, (uint32_t)size), player->name,
        "the payload is shorter than its track says");
  return payload;
}

void check_content(struct player *player, const char *folder, const char *plain) {
  struct content content = {player, player->name, load(folder, plain), {0}, {0}, NULL};
  struct guarded small = guarded_new(PINSTRIPE_WORK_SIZE_PLAYING_FRAMED);
  pinstripe_info info;
  size_t smallest;
  int32_t status = describe(player, &info);
  if (!check(status == PINSTRIPE_OK && info.content_length == content.plain.size &&
                 info.payload_offset == PINSTRIPE_HEADER_AREA_SIZE,
             player->name, "info", (long long)info.content_length))
    return;
  content.target = guarded_new(content.plain.size + 8);
  content.payload = load_payload(player, &content.source, content.plain.size);
  decrypt_whole(&content);
  decrypt_in_pieces(&content, 1);
  decrypt_in_pieces(&content, 100);
  smallest = info.pattern_kind == PINSTRIPE_PATTERN_FRAMED ? PINSTRIPE_WORK_SIZE_PLAYING_FRAMED
                                                           : PINSTRIPE_WORK_SIZE_PLAYING;
  check(pinstripe_set_work(player->decoder, small.end - smallest, smallest - 1) ==
            PINSTRIPE_E_WORK_SIZE,
        player->name, "a work buffer that is too small", 0);
  status = pinstripe_set_work(player->decoder, small.end - smallest, smallest);
  is_ok(status, player->name, "the smallest work buffer");
  decrypt_in_pieces(&content, 5000);
  decrypt_ranges(&content);
  pinstripe_wipe(player->decoder);
  check(is_zero(small.end - smallest, smallest), player->name, "the work buffer after the wipe", 0);
  guarded_free(&content.source);
  guarded_free(&content.target);
  guarded_free(&small);
  close_file(&content.plain);
}

/* A track whose frame map cannot be believed: no byte of what was asked for comes out. */
void check_unreadable(struct player *player, const char *statuses) {
  pinstripe_info info;
  struct guarded source, target;
  uint8_t *payload, *out;
  size_t size;
  int32_t status = describe(player, &info);
  if (!is_ok(status, player->name, "info")) return;
  size = (size_t)info.content_length;
  payload = load_payload(player, &source, size);
  target = guarded_new(size);
  out = guarded_fill(&target, size, 0, 1);
  status = pinstripe_xor_at(player->decoder, 0, payload, out, size);
  check(is_among(status, statuses), player->name, statuses, status);
  check(is_zero(out, size), player->name, "something came out", status);
  check(guarded_check(&target, out, size), player->name, "written around the buffer", status);
  guarded_free(&source);
  guarded_free(&target);
}

void check_seek(struct player *player, const char *statuses, uint64_t offset) {
  uint8_t byte = GUARD;
  int32_t status = pinstripe_xor_at(player->decoder, offset, &byte, &byte, 1);
  check(is_among(status, statuses) && byte == 0, player->name, "the byte of seek.txt", status);
}
