/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * Preloaded into a program: looks for bytes that ought to have been overwritten, in every block that is
 * freed, and on the stack when the program closes its last stream (libcrypto closes its settings while a
 * secret is in use). They are LENGTH bytes at OFFSET of the file named by REMAINS=OFFSET:LENGTH:FILE.
 * What is found is said on stderr.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;
static unsigned char wanted[64];
static size_t wanted_length;

__attribute__((constructor)) static void read_wanted(void) {
  const char *what = getenv("REMAINS");
  char *rest;
  long offset, length;
  int file;
  if (what == NULL) return;
  offset = strtol(what, &rest, 10);
  length = strtol(rest + 1, &rest, 10);
  file = open(rest + 1, O_RDONLY);
  if (length > 0 && (size_t)length <= sizeof wanted && pread(file, wanted, (size_t)length, offset) == length)
    wanted_length = (size_t)length;
  else
    abort();
  close(file);
}

static int are_in(const void *bytes, size_t size) {
  return wanted_length > 0 && memmem(bytes, size, wanted, wanted_length) != NULL;
}

static void say(const char *where) { (void)!write(2, where, strlen(where)); }

static int are_on_stack;

__attribute__((destructor)) static void report(void) {
  if (are_on_stack) say("REMAINS on the stack\n");
}

void free(void *block) {
  static void (*real)(void *);
  if (real == NULL) real = (void (*)(void *))dlsym(RTLD_NEXT, "free");
  if (block != NULL && are_in(block, malloc_usable_size(block))) say("REMAINS in a block that is freed\n");
  real(block);
}

int fclose(FILE *stream) {
  static int (*real)(FILE *);
  const char *here = __builtin_frame_address(0);
  if (real == NULL) real = (int (*)(FILE *))dlsym(RTLD_NEXT, "fclose");
  are_on_stack = are_in(here, (size_t)((const char *)environ - here));
  return real(stream);
}
