/* SPDX-License-Identifier: Apache-2.0 OR MIT */
/* The element's side: a provider that answers over a socket, and remembers every key it ever had. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "element.h"
#include "element_wire.h"
#include "harness.h"

enum { MOST_KEYS = 256, LATE_MS = 40 };

static keys_state keys;
static pinstripe_provider provider;
static uint8_t had[MOST_KEYS][32];
static uint32_t had_count;

static void remember(uint32_t place) {
  if (had_count < MOST_KEYS &&
      pinstripe_openssl_copy_key(&keys, place, had[had_count]) == PINSTRIPE_OK)
    had_count++;
}

/* Counts the keys that lie in the memory of the process that asked. */
static void search(const uint8_t *marker, uint32_t found[3]) {
  static uint8_t piece[1 << 16];
  static uint8_t seen[MOST_KEYS];
  char path[64], line[512];
  unsigned long long start, end;
  char rights[8];
  FILE *maps;
  int memory;
  uint32_t index;
  snprintf(path, sizeof path, "/proc/%d/maps", (int)getppid());
  maps = fopen(path, "r");
  snprintf(path, sizeof path, "/proc/%d/mem", (int)getppid());
  memory = open(path, O_RDONLY);
  memset(seen, 0, sizeof seen);
  memset(found, 0, 3 * sizeof *found);
  found[1] = had_count;
  while (maps != NULL && memory >= 0 && fgets(line, sizeof line, maps) != NULL) {
    if (sscanf(line, "%llx-%llx %7s", &start, &end, rights) != 3 || rights[1] != 'w') continue;
    while (start < end) {
      uint64_t left = end - start;
      ssize_t got = pread(memory, piece, left < sizeof piece ? (size_t)left : sizeof piece,
                          (off_t)start);
      if (got < 32) break;
      for (index = 0; index < had_count; index++)
        if (memmem(piece, (size_t)got, had[index], 32) != NULL) seen[index] = 1;
      if (memmem(piece, (size_t)got, marker, 32) != NULL) found[2] = 1;
      start += (uint64_t)got - (left > sizeof piece ? 31 : 0); /* one may lie on the seam */
    }
  }
  for (index = 0; index < had_count; index++) found[0] += seen[index];
  if (maps != NULL) fclose(maps);
  if (memory >= 0) close(memory);
}

static void sleep_ms(long ms) {
  struct timespec time = {0, ms * 1000000};
  nanosleep(&time, NULL);
}

/* Carries a request out; the answer takes its place. */
static void carry_out(struct element_message *message) {
  void *state = provider.state;
  uint32_t count = message->count;
  message->count = 0;
  switch (message->ask) {
    case ASK_DERIVE:
      message->status = provider.derive(state, message->place, message->salted ? message->salt : NULL,
                                        message->salted ? 32 : 0, message->bytes, count,
                                        message->child);
      remember(message->child);
      break;
    case ASK_UNWRAP:
      message->status = provider.unwrap(state, message->place, message->bytes, message->child);
      remember(message->child);
      break;
    case ASK_MAC_BEGIN: message->status = provider.mac_begin(state, message->place); break;
    case ASK_MAC_UPDATE: message->status = provider.mac_update(state, message->bytes, count); break;
    case ASK_MAC_FINISH:
      message->status = provider.mac_finish(state, message->bytes);
      message->count = 32;
      break;
    case ASK_KEYSTREAM:
      message->status = provider.keystream(state, message->place, message->suite, message->first,
                                           message->bytes, count);
      message->count = count * (message->suite == PINSTRIPE_SUITE_CHACHA20 ? 64 : 16);
      break;
    default: provider.discard(state, message->place); message->status = PINSTRIPE_OK;
  }
}

int element_run(int socket, const char *folder, const char *keybox, const uint8_t *marker) {
  static struct element_message message;
  struct file file = load(folder, keybox);
  pinstripe_keybox about;
  pinstripe_recipient recipient;
  uint32_t how = ANSWER_WELL, after = 0;
  if (use_keybox(&file, 1, &keys, &provider, &about, &recipient) != PINSTRIPE_OK) return 1;
  provider.discard(provider.state, recipient.key);
  remember(PINSTRIPE_KEY_ROOT);
  while (recv(socket, &message, sizeof message, 0) > 0 && message.ask != ASK_STOP) {
    size_t size;
    if (message.ask == ASK_MISBEHAVE) {
      how = message.suite;
      after = (uint32_t)message.first;
    } else if (message.ask == ASK_ABOUT) {
      memcpy(message.bytes, &about, sizeof about);
      message.count = sizeof about;
    } else if (message.ask == ASK_SEARCH) {
      uint32_t found[3];
      search(marker, found);
      memcpy(message.bytes, found, sizeof found);
      message.count = sizeof found;
    } else {
      carry_out(&message);
      if (after > 0)
        after--;
      else if (how == ANSWER_NEVER)
        continue;
      else if (how == ANSWER_LATE)
        sleep_ms(LATE_MS);
      else if (how == ANSWER_SHORT && message.count > 0)
        message.count--;
    }
    size = offsetof(struct element_message, bytes) + message.count;
    if (send(socket, &message, size, MSG_NOSIGNAL) != (ssize_t)size) break;
  }
  keys_close(&keys);
  close_file(&file);
  return 0;
}
