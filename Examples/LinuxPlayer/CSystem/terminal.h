/* SPDX-License-Identifier: Apache-2.0 OR MIT */
/* Keys as they are pressed, where standard input is a terminal. */
#include <stdint.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

/* The terminal as it was; there is one in a program. */
static inline struct termios *system_terminal(void) {
  static struct termios terminal;
  return &terminal;
}

static inline void system_restore_keys(void) { tcsetattr(0, TCSANOW, system_terminal()); }

/* 1 when keys come one by one from now on, until the program ends. */
static inline int32_t system_take_keys(void) {
  struct termios keys;
  /* In the background, changing the terminal would stop the program. */
  if (!isatty(0) || tcgetpgrp(0) != getpgrp() || tcgetattr(0, system_terminal()) != 0) return 0;
  keys = *system_terminal();
  keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
  keys.c_cc[VMIN] = 0;
  keys.c_cc[VTIME] = 0;
  if (tcsetattr(0, TCSANOW, &keys) != 0) return 0;
  atexit(system_restore_keys);
  return 1;
}
