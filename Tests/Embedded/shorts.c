/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * The kernel as provider, when its calls fail, come short or are interrupted (crypto engines and their
 * drivers do): each call in turn. An answer is the right one or a refusal, never something else.
 * Linked with --wrap for each call.
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

enum fault { FAILS, COMES_SHORT, GIVES_NOTHING, INTERRUPTED, FAULTS };

static long calls, faulty = -1;
static enum fault fault;

/* What the call gives in place of its own answer; 0 lets it be. */
static int spoil(size_t *length, ssize_t *answer) {
  if (++calls != faulty) return 0;
  *answer = fault == GIVES_NOTHING ? 0 : -1;
  errno = fault == INTERRUPTED ? EINTR : EIO;
  if (fault == COMES_SHORT && *length > 1) *length -= 1;
  return fault != COMES_SHORT;
}

ssize_t __real_read(int file, void *bytes, size_t length);
ssize_t __wrap_read(int file, void *bytes, size_t length) {
  ssize_t answer;
  return spoil(&length, &answer) ? answer : __real_read(file, bytes, length);
}

ssize_t __real_send(int file, const void *bytes, size_t length, int flags);
ssize_t __wrap_send(int file, const void *bytes, size_t length, int flags) {
  ssize_t answer;
  return spoil(&length, &answer) ? answer : __real_send(file, bytes, length, flags);
}

ssize_t __real_sendmsg(int file, const struct msghdr *message, int flags);
ssize_t __wrap_sendmsg(int file, const struct msghdr *message, int flags) {
  struct iovec vector = message->msg_iov[0];
  struct msghdr copy = *message;
  ssize_t answer;
  if (spoil(&vector.iov_len, &answer)) return answer;
  copy.msg_iov = &vector;
  return __real_sendmsg(file, &copy, flags);
}

/* What a provider is asked for, and what it says; an answer that was refused is all zeros. */
enum { UNWRAPPED, DERIVED, STREAM_CHACHA20, STREAM_AES, TAG, ANSWERS };
struct answers {
  int given[ANSWERS];
  uint8_t bytes[ANSWERS][128];
};

static void ask(struct answers *answers) {
  /* RFC 3394 section 4.6, with the key 0, 1, 2… */
  static const uint8_t wrapped[40] = {0x28, 0xC9, 0xF4, 0x04, 0xC4, 0xB8, 0x10, 0xF4, 0xCB, 0xCC,
                                      0xB3, 0x5C, 0xFB, 0x87, 0xF8, 0x26, 0x3F, 0x57, 0x86, 0xE2,
                                      0xD8, 0x0E, 0xD3, 0x26, 0xCB, 0xC7, 0xF0, 0xE7, 0x1A, 0x99,
                                      0xF4, 0x3B, 0xFB, 0x98, 0x8B, 0x9B, 0x7A, 0x02, 0xDD, 0x21};
  keys_state keys;
  pinstripe_provider table;
  uint8_t key[32], message[100] = {7};
  int index;
  memset(answers, 0, sizeof *answers);
  for (index = 0; index < 32; index++) key[index] = (uint8_t)index;
  if (keys_open(&keys, &table) != PINSTRIPE_OK) return;
  if (keys_load(&keys, 10, key) == PINSTRIPE_OK) {
    answers->given[UNWRAPPED] =
        table.unwrap(table.state, 10, wrapped, 3) == PINSTRIPE_OK &&
        table.keystream(table.state, 3, 1, 0, answers->bytes[UNWRAPPED], 2) == 2;
    answers->given[DERIVED] = table.derive(table.state, 10, NULL, 0, message, 5, 4) == PINSTRIPE_OK &&
                              table.keystream(table.state, 4, 1, 9, answers->bytes[DERIVED], 2) == 2;
    answers->given[STREAM_CHACHA20] =
        table.keystream(table.state, 10, 1, 7, answers->bytes[STREAM_CHACHA20], 2) == 2;
    answers->given[STREAM_AES] =
        table.keystream(table.state, 10, 2, 7, answers->bytes[STREAM_AES], 8) == 8;
    answers->given[TAG] = table.mac_begin(table.state, 10) == PINSTRIPE_OK &&
                          table.mac_update(table.state, message, sizeof message) == PINSTRIPE_OK &&
                          table.mac_finish(table.state, answers->bytes[TAG]) == PINSTRIPE_OK;
  }
  keys_close(&keys);
  check(is_zero(&keys, sizeof keys), "shorts", "something is left", faulty);
}

int main(void) {
  static struct answers right, got;
  static const char *const names[] = {"failed", "came short", "gave nothing", "was interrupted"};
  keys_state keys;
  pinstripe_provider table;
  long all;
  int index, kind;
  if (keys_open(&keys, &table) != PINSTRIPE_OK) {
    printf("skipped: this machine does not have the provider's cryptography\n");
    return 77;
  }
  keys_close(&keys);
  calls = 0;
  ask(&right);
  all = calls;
  for (index = 0; index < ANSWERS; index++) check(right.given[index], "shorts", "an answer", index);
  check(all > 20, "shorts", "calls", all);
  for (kind = 0; kind < FAULTS; kind++) {
    for (faulty = 1; faulty <= all; faulty++) {
      int refused = 0;
      fault = (enum fault)kind;
      calls = 0;
      ask(&got);
      for (index = 0; index < ANSWERS; index++) {
        refused += !got.given[index];
        check(!got.given[index] || memcmp(got.bytes[index], right.bytes[index], 128) == 0, "shorts",
              names[kind], faulty);
      }
      /* What is sent in part is sent on, and what was interrupted is done again. */
      if (fault == INTERRUPTED) check(refused == 0, "shorts", "an interruption is no failure", faulty);
      if (fault == FAILS) check(refused > 0, "shorts", "a failure is no answer", faulty);
    }
    faulty = -1;
    ask(&got);
    check(memcmp(&got, &right, sizeof got) == 0, "shorts", "afterwards all is well", kind);
  }
  return report();
}
