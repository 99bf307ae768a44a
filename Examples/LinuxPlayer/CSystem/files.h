/* SPDX-License-Identifier: Apache-2.0 OR MIT */
/* Files and folders. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file for reading, or -1. */
static inline int32_t system_open(const char *path) {
  /* Without waiting: a FIFO that nobody writes to would hold the player. */
  return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

/* Takes the numbers of standard streams that are closed, or else the next file that is opened has one of
 * them, and gets what is put out. */
static inline void system_take_standard_streams(void) {
  int file;
  do file = open("/dev/null", O_RDONLY | O_CLOEXEC);
  while (file >= 0 && file <= 2);
  if (file > 2) close(file);
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

static inline int32_t system_is_folder(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static inline int32_t system_exists(const char *path) {
  struct stat status;
  return stat(path, &status) == 0;
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
    if (count < 0 && errno == EAGAIN) {
      /* Somebody who shares it made it a descriptor that does not wait. */
      struct pollfd room = {file, POLLOUT, 0};
      (void)poll(&room, 1, -1);
      continue;
    }
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

/* Takes the lock beside a file, so that one program writes it at a time, until the program ends.
 * 0, or -1 (EWOULDBLOCK: another one has it). */
static inline int32_t system_lock(const char *path) {
  char name[PATH_MAX];
  int file;
  if (snprintf(name, sizeof name, "%s.lock", path) >= (int)sizeof name) {
    errno = ENAMETOOLONG;
    return -1;
  }
  file = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  return file < 0 ? -1 : flock(file, LOCK_EX | LOCK_NB);
}

/* Makes the folder's entries last through a power cut. */
static inline int32_t system_sync_folder_of(const char *path) {
  char name[PATH_MAX];
  const char *slash = strrchr(path, '/');
  int file, status;
  snprintf(name, sizeof name, "%.*s", slash == NULL ? 1 : slash == path ? 1 : (int)(slash - path),
           slash == NULL ? "." : path);
  file = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return -1;
  status = fsync(file);
  close(file);
  return status;
}

/* Gives a file new contents: after a crash at any point it has all of the old or all of the new ones.
 * 0 or -1. */
static inline int32_t system_replace(const char *path, const uint8_t *bytes, size_t length) {
  char name[PATH_MAX];
  int file, error;
  if (snprintf(name, sizeof name, "%s.new", path) >= (int)sizeof name) {
    errno = ENAMETOOLONG;
    return -1;
  }
  file = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return -1;
  if (system_write(file, bytes, length) == 0 && fsync(file) == 0) {
    if (close(file) == 0 && rename(name, path) == 0) return system_sync_folder_of(path);
  } else {
    error = errno;
    close(file);
    errno = error;
  }
  error = errno;
  unlink(name);
  errno = error;
  return -1;
}

/* The folder that this program is in, with a slash at its end; 0 when that cannot be told. */
static inline int32_t system_own_folder(char *out, size_t size) {
  ssize_t length = readlink("/proc/self/exe", out, size - 1);
  char *slash;
  if (length <= 0) return 0;
  out[length] = 0;
  slash = strrchr(out, '/');
  if (slash == NULL) return 0;
  slash[1] = 0;
  return 1;
}

/* The next name in a folder, or NULL. */
static inline const char *system_next_name(DIR *folder) {
  struct dirent *entry = readdir(folder);
  return entry == NULL ? NULL : entry->d_name;
}
