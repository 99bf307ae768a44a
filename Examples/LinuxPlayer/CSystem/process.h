/* SPDX-License-Identifier: Apache-2.0 OR MIT */
/* Words for people, memory, clocks, signals. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

static inline int32_t system_error(void) { return errno; }

static inline void system_say(const char *text) { fputs(text, stderr); }

/* Whether a character at `name` would control a terminal: ASCII's, and U+0080 to U+009F, as UTF-8. */
static inline int32_t system_is_control(const char *name) {
  uint8_t byte = (uint8_t)*name, next = byte == 0 ? 0 : (uint8_t)name[1];
  return byte < 0x20 || byte == 0x7F || (byte == 0xC2 && next >= 0x80 && next < 0xA0);
}

/* A name as it may be shown: characters that would control a terminal become '?'. */
static inline void system_say_name(const char *name) {
  for (; *name != 0; name++) fputc(system_is_control(name) ? '?' : *name, stderr);
}

/* Not removed by the compiler, as a memset before the end of a variable's life may be. */
static inline void system_wipe(void *bytes, size_t length) {
  if (length > 0) explicit_bzero(bytes, length);
}

/* No core dumps, which would hold keys, and no other program of this user that reads this one's memory.
 * What fails is not worth ending for. */
static inline void system_hide_memory(void) {
  const struct rlimit none = {0, 0};
  (void)setrlimit(RLIMIT_CORE, &none);
  (void)prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
}

/* Or else every right that has an end would hold again from 2038 on. */
_Static_assert(sizeof(time_t) == 8, "define _TIME_BITS as 64");

/* Seconds since 1970-01-01 00:00 UTC; 0 when there is no clock. */
static inline uint64_t system_time(void) {
  time_t now = time(NULL);
  return now < 0 ? 0 : (uint64_t)now;
}

/* A clock that nobody sets, in milliseconds. */
static inline uint64_t system_milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* A descriptor that becomes readable when the program is asked to end; -1 on failure. A pipe that
 * nobody reads is an error of the write from here on, not the end. */
static inline int32_t system_catch_signals(void) {
  sigset_t set;
  signal(SIGPIPE, SIG_IGN);
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) return -1;
  return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* Whether a signal came. */
static inline int32_t system_was_signalled(int32_t signals) {
  struct signalfd_siginfo information;
  return read(signals, &information, sizeof information) > 0;
}

/* How many of the descriptors are ready within `milliseconds` (-1: for ever). */
static inline int32_t system_poll(struct pollfd *set, uint32_t count, int32_t milliseconds) {
  int ready = poll(set, count, milliseconds);
  if (ready > 0) return ready;
  for (uint32_t index = 0; index < count; index++) set[index].revents = 0;
  return 0;
}
