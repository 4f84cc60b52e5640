/* The last that a program wrote, in two files: the older one is full, and goes when the newer is.
 * Who writes without end fills no disk, and is held up by nobody. */
#pragma once
#include "../plain/linux.h"

struct output {
  /* -1: nobody can write to it any more. */
  int pipe;
  int folder;
  int file;
  /* In the newer one. */
  size_t bytes;
};

/* Makes the newer file in `folder`; the pipe is read without waiting from then on. */
void output_begin(struct output *output, int pipe, int folder);

/* Moves what is in the pipe. */
void output_move(struct output *output);

/* Nobody who matters writes any more: takes what is left. */
void output_finish(struct output *output);
