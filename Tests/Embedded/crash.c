/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * Preloaded into a program that replaces a file by way of NAME.new: of the calls from the opening of that
 * on, the N-th kills the program before it is made (CRASH=kill:N), or fails (CRASH=fail:N).
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static long calls = -1; /* -1: NAME.new was not opened yet */

/* Whether this call is to fail. */
static int fails(void) {
  const char *what = getenv("CRASH");
  if (calls < 0 || what == NULL || ++calls != strtol(what + 5, NULL, 10)) return 0;
  if (strncmp(what, "kill", 4) == 0) raise(SIGKILL);
  errno = EIO;
  return 1;
}

static int open_file(const char *name, const char *path, int flags, int mode) {
  int (*real)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, name);
  size_t length = strlen(path);
  if (calls < 0 && length > 4 && strcmp(path + length - 4, ".new") == 0) calls = 0;
  return fails() ? -1 : real(path, flags, mode);
}

/* The third argument is there where a file may be made; otherwise nobody reads it. */
int open(const char *path, int flags, ...) { return open_file("open", path, flags, 0600); }
int open64(const char *path, int flags, ...) { return open_file("open64", path, flags, 0600); }

ssize_t write(int file, const void *bytes, size_t length) {
  ssize_t (*real)(int, const void *, size_t) = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  return fails() ? -1 : real(file, bytes, length);
}

int fsync(int file) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  return fails() ? -1 : real(file);
}

int close(int file) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "close");
  return fails() ? -1 : real(file);
}

int rename(const char *from, const char *to) {
  int (*real)(const char *, const char *) = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
  return fails() ? -1 : real(from, to);
}
