/* What the process that will be the program tells the launcher, a byte each; and the stub, by its
 * name. */
#pragma once

enum leader_word {
  /* It is about to be the program: its next instruction is the program's first. */
  LEADER_BEGINS = 1,
  /* It said that it was about to, and could not. */
  LEADER_FAILS,
  /* Of a warm host alone, once and first: the interpreter is up, and waits for its script. */
  LEADER_READY,
};

/* What a host whose script has ended calls itself before it stops: this, and the exit code. It is
 * the same as to exit with that, and may as well be the script that says it. */
#define HOST_ENDED "orien-ended "
