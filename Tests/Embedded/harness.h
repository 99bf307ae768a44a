/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * What the test programs of this folder share: counting, statuses by name, files as a decoder's
 * storage, and a random number generator that gives the same numbers everywhere.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pinstripe_decoder.h"
#include "keys.h"

/* How many things were checked. */
extern unsigned passed, failed;

/* One thing that was checked; `what` says what is wrong when `ok` is 0. Returns `ok`. */
int check(int ok, const char *name, const char *what, long long detail);

/* Whether `status` is among `names`: PINSTRIPE_E_... without that prefix, or OK, joined by '|'. */
int is_among(int32_t status, const char *names);

/* A file in memory, which malloc lets a memory checker watch the ends of; one that a small machine has
 * no memory for is read as it is asked for. */
struct file {
  uint8_t *bytes; /* NULL for the latter */
  size_t size;
  FILE *stream;
};

enum { LARGE_FILE = 8 << 20 };

/* Ends the program when the file cannot be read. */
struct file load(const char *folder, const char *name);
void close_file(struct file *file);

/* The storage's read function. A decoder that asks beyond the size it was told is itself at fault. */
int32_t read_file(void *state, uint64_t offset, uint8_t *out, uint32_t length);
pinstripe_storage storage_of(struct file *file);

/* A random number below `limit`, which is not 0. */
size_t random_below(size_t limit);

/* The keys of a keybox in a fresh provider, with what it says besides; PINSTRIPE_OK or the refusal. */
int32_t use_keybox(const struct file *file, uint32_t allow_test, keys_state *state,
                   pinstripe_provider *provider, pinstripe_keybox *keybox,
                   pinstripe_recipient *recipient);

int is_zero(const void *bytes, size_t length);

/* The program's last line, and its exit status. */
int report(void);

#endif
