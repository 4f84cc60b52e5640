#include "answers.h"

#include "../../COrienJail/include/orien_jail_addresses.h"

enum { NAME_SERVER_PORT = 53 };

static uint32_t word_of(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Goes to `to` unless the address begins as `first` does. */
static void go_unless_in(struct code *code, const uint8_t *first, unsigned bits,
                         struct label *to) {
  for (int word = REGISTER_ADDRESS; bits > 0; word++, first += 4) {
    unsigned here = bits < 32 ? bits : 32;
    uint32_t mask = UINT32_MAX << (32 - here);
    if (here < 32) {
      code_copy(code, REGISTER_WORK, word);
      code_and(code, REGISTER_WORK, mask);
    }
    code_go_unless(code, here < 32 ? REGISTER_WORK : word, word_of(first) & mask, to);
    bits -= here;
  }
}

/* Answers where it is that one. */
static void answer_address(struct code *code, const struct rules_address *address, bool by_port,
                           bool may) {
  struct label next = {.count = 0};
  go_unless_in(code, address->byte, address->is_six ? 128 : 32, &next);
  if (by_port) code_go_unless(code, REGISTER_PORT, NAME_SERVER_PORT, &next);
  code_exit(code, may);
  code_place(code, &next);
}

void answer_known(struct code *code, const struct rules *rules, bool is_six, bool by_port) {
  for (unsigned i = 0; i < rules->resolvers; i++)
    if (rules->resolver[i].is_six == is_six)
      answer_address(code, &rules->resolver[i], by_port, true);
  for (unsigned i = 0; i < rules->owned; i++)
    if (rules->own[i].is_six == is_six) answer_address(code, &rules->own[i], false, false);
}

/* Puts the IPv4 address that begins at a byte of the address into the place of one. */
static void take_inside(struct code *code, unsigned at) {
  int first = REGISTER_ADDRESS + (int)at / 4, shift = (int)at % 4 * 8;
  code_copy(code, REGISTER_WORK, first);
  if (shift > 0) {
    code_shift_left(code, REGISTER_WORK, shift);
    code_copy(code, REGISTER_ANSWER, first + 1);
    code_shift_right(code, REGISTER_ANSWER, 32 - shift);
    code_or(code, REGISTER_WORK, REGISTER_ANSWER);
  }
  code_copy(code, REGISTER_ADDRESS, REGISTER_WORK);
}

static void answer_blocks(struct code *code, const struct orien_jail_block *blocks, unsigned count,
                          struct label *inside) {
  for (unsigned i = 0; i < count; i++) {
    struct label next = {.count = 0};
    go_unless_in(code, blocks[i].first, blocks[i].bits, &next);
    if (blocks[i].verdict == ORIEN_JAIL_AS_INSIDE) {
      take_inside(code, blocks[i].inside);
      code_go(code, inside);
    } else {
      code_exit(code, blocks[i].verdict == ORIEN_JAIL_IS_PUBLIC);
    }
    code_place(code, &next);
  }
}

void answer_four(struct code *code) {
  // Nothing is inside of one.
  struct label inside = {.count = 0};
  answer_blocks(code, orien_jail_blocks4(), ORIEN_JAIL_BLOCKS4, &inside);
}

void answer_six(struct code *code, struct label *inside) {
  answer_blocks(code, orien_jail_blocks6(), ORIEN_JAIL_BLOCKS6, inside);
}
