/* Programs for the kernel's own machine, instruction by instruction. */
#pragma once
#include <linux/bpf.h>

#include "../plain/linux.h"

enum {
  CODE_INSTRUCTIONS = 8192,
  /* Ways to one label. */
  CODE_WAYS = 8,
};

struct code {
  struct bpf_insn instruction[CODE_INSTRUCTIONS];
  unsigned count;
  /* There was no room, or a jump is too far: it is no program. */
  bool is_broken;
};

/* A place ahead, and the jumps that lead to it. */
struct label {
  unsigned from[CODE_WAYS];
  unsigned count;
};

/* Of registers by their numbers: 0 is what a program and a call answer, 1 to 5 are a call's and
 * gone after it, 10 is where the stack ends. Numbers are of 32 bits and the machine's order. */
void code_set(struct code *code, int to, int32_t number);
void code_copy(struct code *code, int to, int from);
void code_add(struct code *code, int to, int32_t number);
void code_and(struct code *code, int to, uint32_t number);
void code_or(struct code *code, int to, int from);
void code_shift_left(struct code *code, int to, int bits);
void code_shift_right(struct code *code, int to, int bits);

/* From the network's order to the machine's. */
void code_order16(struct code *code, int to);
void code_order32(struct code *code, int to);

/* What is at `from + offset`. */
void code_load8(struct code *code, int to, int from, int offset);
void code_load32(struct code *code, int to, int from, int offset);
void code_load64(struct code *code, int to, int from, int offset);

void code_call(struct code *code, enum bpf_func_id function);
void code_exit(struct code *code, int32_t answer);

void code_go(struct code *code, struct label *to);
void code_go_if(struct code *code, int is, uint32_t number, struct label *to);
void code_go_unless(struct code *code, int is, uint32_t number, struct label *to);
/* By all 64 bits: whether there is a thing that is pointed at. */
void code_go_if_nothing(struct code *code, int pointer, struct label *to);

/* It is here. */
void code_place(struct code *code, struct label *label);
