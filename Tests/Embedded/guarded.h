/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * Buffers between memory that nobody may touch: pages without access where there are any (GUARD_PAGES),
 * so that a read or write outside ends the program; everywhere else bytes that must not change.
 */
#ifndef GUARDED_H
#define GUARDED_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef GUARD_PAGES
#include <sys/mman.h>
#include <unistd.h>
#endif

enum { GUARD = 0xA5, GUARD_MARGIN = 32 };

struct guarded {
  uint8_t *start, *end; /* what may be touched */
  uint8_t *base;        /* all of it */
  size_t size;
};

static inline struct guarded guarded_new(size_t size) {
  struct guarded area;
#ifdef GUARD_PAGES
  size_t page = (size_t)sysconf(_SC_PAGESIZE), inside = (size / page + 1) * page;
  area.size = inside + 2 * page;
  area.base = mmap(NULL, area.size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (area.base == (uint8_t *)MAP_FAILED ||
      mprotect(area.base + page, inside, PROT_READ | PROT_WRITE) != 0)
    abort();
  area.start = area.base + page;
  area.end = area.start + inside;
#else
  area.size = size + 2 * GUARD_MARGIN;
  area.base = malloc(area.size);
  if (area.base == NULL) abort();
  memset(area.base, GUARD, area.size);
  area.start = area.base + GUARD_MARGIN;
  area.end = area.start + size;
#endif
  return area;
}

static inline void guarded_free(struct guarded *area) {
#ifdef GUARD_PAGES
  munmap(area->base, area->size);
#else
  free(area->base);
#endif
}

/* Whether all bytes from one to the other are as guarded_fill left them. */
static inline int guarded_is_whole(const uint8_t *from, const uint8_t *to) {
  while (from < to && *from == GUARD) from++;
  return from == to;
}

/* Fills the area anew and places `size` bytes in it, `skew` bytes from its start or from its end. */
static inline uint8_t *guarded_fill(struct guarded *area, size_t size, size_t skew, int at_end) {
  memset(area->start, GUARD, (size_t)(area->end - area->start));
  return at_end ? area->end - size - skew : area->start + skew;
}

/* Whether nothing around those bytes changed. */
static inline int guarded_check(const struct guarded *area, const uint8_t *bytes, size_t size) {
  int whole = guarded_is_whole(area->start, bytes) && guarded_is_whole(bytes + size, area->end);
#ifndef GUARD_PAGES
  whole = whole && guarded_is_whole(area->base, area->start) &&
          guarded_is_whole(area->end, area->end + GUARD_MARGIN);
#endif
  return whole;
}

#endif
