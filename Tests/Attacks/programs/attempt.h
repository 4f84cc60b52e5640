/* What every attack in C says of each thing it tries: a line that begins with `escaped` where it
 * was let, and with `refused` where it was not. */
#pragma once
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static inline int attempt(const char *what, long result) {
  if (result >= 0)
    printf("escaped: %s\n", what);
  else
    printf("refused: %s: %s\n", what, strerrorname_np(errno));
  fflush(stdout);
  return result >= 0;
}

/* The last line: a program that was killed before it has not tried all. */
static inline int finished(void) {
  puts("finished");
  return 0;
}
