/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * within HEARD FILE: whether HEARD is silence, all of FILE and silence, and nothing else.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *load(const char *path, long *size) {
  FILE *file = fopen(path, "rb");
  char *bytes;
  if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (*size = ftell(file)) < 0) exit(66);
  bytes = malloc((size_t)*size + 1);
  rewind(file);
  if (bytes == NULL || fread(bytes, 1, (size_t)*size, file) != (size_t)*size) exit(66);
  fclose(file);
  return bytes;
}

/* Frames of four bytes that are zero from `at` on. */
static long silence(const char *bytes, long size, long at) {
  long count = 0;
  while (at + 4 <= size && memcmp(bytes + at, "\0\0\0\0", 4) == 0) count++, at += 4;
  return count;
}

int main(int count, char **arguments) {
  long heard_size, size, lead, start, at;
  char *heard, *file;
  if (count < 3) return 64;
  heard = load(arguments[1], &heard_size);
  file = load(arguments[2], &size);
  lead = silence(file, size, 0);
  start = 4 * (silence(heard, heard_size, 0) - lead);
  if (start < 0 || heard_size - start < size) {
    printf("%ld bytes heard, the first sound at %ld, and %ld to hear\n", heard_size, start, size);
    return 1;
  }
  for (at = 0; at < size; at++)
    if (heard[start + at] != file[at]) {
      printf("from byte %ld of %ld on another sound, heard from %ld on\n", at, size, start);
      return 1;
    }
  at = start + size;
  at += 4 * silence(heard, heard_size, at);
  if (at != heard_size) {
    printf("%ld bytes of the file are heard from byte %ld on, and something else from %ld on\n", size,
           start, at);
    return 1;
  }
  return 0;
}
