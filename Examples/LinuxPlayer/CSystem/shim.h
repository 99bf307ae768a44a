/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * The few calls of the C library that the player makes. Each function here stands for what Swift
 * cannot import: a macro (stderr, errno), a variadic function (open), or a function that large-file
 * headers rename on 32-bit machines (pread, lseek). The caller defines _FILE_OFFSET_BITS=64.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static inline int32_t system_error(void) { return errno; }

static inline void system_say(const char *text) { fputs(text, stderr); }

/* Not removed by the compiler, as a memset before the end of a variable's life may be. */
static inline void system_wipe(void *bytes, size_t length) {
  if (length > 0) explicit_bzero(bytes, length);
}

/* Seconds since 1970-01-01 00:00 UTC; 0 when there is no clock. */
static inline uint64_t system_time(void) {
  time_t now = time(NULL);
  return now < 0 ? 0 : (uint64_t)now;
}

/* A file for reading, or -1. */
static inline int32_t system_open(const char *path) {
  return open(path, O_RDONLY | O_CLOEXEC);
}

/* The size of a regular file or a block device, or -1. */
static inline int64_t system_size(int32_t file) {
  struct stat status;
  if (fstat(file, &status) != 0) return -1;
  if (S_ISREG(status.st_mode)) return status.st_size;
  if (S_ISDIR(status.st_mode)) {
    errno = EISDIR;
    return -1;
  }
  return lseek(file, 0, SEEK_END);
}

/* Up to `length` bytes at `offset`, or -1. */
static inline int64_t system_read_at(int32_t file, void *out, size_t length, uint64_t offset) {
  ssize_t count;
  do count = pread(file, out, length, (off_t)offset);
  while (count < 0 && errno == EINTR);
  return count;
}

/* Where the next byte of a regular file will go; -1 for a pipe, and for a file that is appended to,
 * where nothing can be written but at the end. */
static inline int64_t system_position(int32_t file) {
  int flags = fcntl(file, F_GETFL);
  return flags < 0 || (flags & O_APPEND) != 0 ? -1 : lseek(file, 0, SEEK_CUR);
}

/* All of `length` bytes at the position, waiting as long as that takes. 0 or -1. */
static inline int32_t system_write(int32_t file, const uint8_t *bytes, size_t length) {
  while (length > 0) {
    ssize_t count = write(file, bytes, length);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return -1;
    bytes += count;
    length -= (size_t)count;
  }
  return 0;
}

/* All of `length` bytes at `offset`. 0 or -1. */
static inline int32_t system_write_at(int32_t file, const uint8_t *bytes, size_t length,
                                     int64_t offset) {
  return pwrite(file, bytes, length, (off_t)offset) == (ssize_t)length ? 0 : -1;
}
