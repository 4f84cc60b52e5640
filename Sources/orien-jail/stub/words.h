/* What the process that will be the program tells the launcher, a byte each. */
#pragma once

enum leader_word {
  /* It is about to be the program: its next instruction is the program's first. */
  LEADER_BEGINS = 1,
  /* It said that it was about to, and could not. */
  LEADER_FAILS,
  /* Of a warm host alone, once and first: the interpreter is up, and waits for its script. */
  LEADER_READY,
};
