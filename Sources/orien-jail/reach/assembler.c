#include "assembler.h"

static void emit(struct code *code, int operation, int to, int from, int offset, int32_t number) {
  if (code->count == CODE_INSTRUCTIONS) {
    code->is_broken = true;
    return;
  }
  code->instruction[code->count++] = (struct bpf_insn){.code = (uint8_t)operation,
                                                       .dst_reg = (uint8_t)(to & 0xf),
                                                       .src_reg = (uint8_t)(from & 0xf),
                                                       .off = (int16_t)offset,
                                                       .imm = number};
}

void code_set(struct code *code, int to, int32_t number) {
  emit(code, BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, number);
}

void code_copy(struct code *code, int to, int from) {
  emit(code, BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0);
}

void code_add(struct code *code, int to, int32_t number) {
  emit(code, BPF_ALU64 | BPF_ADD | BPF_K, to, 0, 0, number);
}

void code_and(struct code *code, int to, uint32_t number) {
  emit(code, BPF_ALU | BPF_AND | BPF_K, to, 0, 0, (int32_t)number);
}

void code_or(struct code *code, int to, int from) {
  emit(code, BPF_ALU | BPF_OR | BPF_X, to, from, 0, 0);
}

void code_shift_left(struct code *code, int to, int bits) {
  emit(code, BPF_ALU | BPF_LSH | BPF_K, to, 0, 0, bits);
}

void code_shift_right(struct code *code, int to, int bits) {
  emit(code, BPF_ALU | BPF_RSH | BPF_K, to, 0, 0, bits);
}

void code_order16(struct code *code, int to) {
  emit(code, BPF_ALU | BPF_END | BPF_TO_BE, to, 0, 0, 16);
}

void code_order32(struct code *code, int to) {
  emit(code, BPF_ALU | BPF_END | BPF_TO_BE, to, 0, 0, 32);
}

void code_load8(struct code *code, int to, int from, int offset) {
  emit(code, BPF_LDX | BPF_MEM | BPF_B, to, from, offset, 0);
}

void code_load32(struct code *code, int to, int from, int offset) {
  emit(code, BPF_LDX | BPF_MEM | BPF_W, to, from, offset, 0);
}

void code_load64(struct code *code, int to, int from, int offset) {
  emit(code, BPF_LDX | BPF_MEM | BPF_DW, to, from, offset, 0);
}

void code_call(struct code *code, enum bpf_func_id function) {
  emit(code, BPF_JMP | BPF_CALL, 0, 0, 0, (int32_t)function);
}

void code_exit(struct code *code, int32_t answer) {
  code_set(code, 0, answer);
  emit(code, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

static void jump(struct code *code, int operation, int is, uint32_t number, struct label *to) {
  if (to->count == CODE_WAYS)
    code->is_broken = true;
  else
    to->from[to->count++] = code->count;
  emit(code, operation, is, 0, 0, (int32_t)number);
}

void code_go(struct code *code, struct label *to) { jump(code, BPF_JMP | BPF_JA, 0, 0, to); }

void code_go_if(struct code *code, int is, uint32_t number, struct label *to) {
  jump(code, BPF_JMP32 | BPF_JEQ | BPF_K, is, number, to);
}

void code_go_unless(struct code *code, int is, uint32_t number, struct label *to) {
  jump(code, BPF_JMP32 | BPF_JNE | BPF_K, is, number, to);
}

void code_go_if_nothing(struct code *code, int pointer, struct label *to) {
  jump(code, BPF_JMP | BPF_JEQ | BPF_K, pointer, 0, to);
}

void code_place(struct code *code, struct label *label) {
  for (unsigned i = 0; i < label->count; i++) {
    unsigned far = code->count - label->from[i] - 1;
    if (far > INT16_MAX) code->is_broken = true;
    else if (!code->is_broken) code->instruction[label->from[i]].off = (int16_t)far;
  }
  label->count = 0;
}
