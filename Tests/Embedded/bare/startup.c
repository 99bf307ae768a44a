/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * A Cortex-M without an operating system: vector table, floating-point unit, the command line and files
 * of the host by semihosting (newlib's rdimon), and the end of the run. A fault ends it at once.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define COPROCESSOR_ACCESS (*(volatile uint32_t *)0xE000ED88u)

extern char bss_start[], bss_end[], stack_top[];
void initialise_monitor_handles(void);
int main(int count, char **arguments);

static void semihost(uint32_t operation, const void *parameter) {
  register uint32_t r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = parameter;
  __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
}

static void fault(void) {
  static const uint32_t exit_extended[2] = {0x20023, 2}; /* an internal error, told to the host */
  semihost(0x04, "FAILED: the machine took a fault\n");
  semihost(0x20, exit_extended);
  for (;;) {
  }
}

void reset(void);
void reset(void) {
  static char line[512], *arguments[8];
  struct {
    char *line;
    uint32_t size;
  } request = {line, sizeof line};
  int count = 0;
  char *word;
  COPROCESSOR_ACCESS |= 0xFu << 20;
  __asm__ volatile("dsb\n isb" ::: "memory");
  memset(bss_start, 0, (size_t)(bss_end - bss_start));
  initialise_monitor_handles();
  semihost(0x15, &request);
  for (word = strtok(line, " "); word != NULL && count < 7; word = strtok(NULL, " "))
    arguments[count++] = word;
  exit(main(count, arguments));
}

void _init(void);
void _init(void) {}
void _fini(void);
void _fini(void) {}

typedef void (*vector)(void);
__attribute__((section(".vectors"), used)) static const vector vectors[16] = {
    (vector)(uintptr_t)stack_top, reset, fault, fault, fault, fault, fault};
