/* What a program of the kernel's answers about an address, by the table and by what is known beside
 * it. */
#pragma once
#include "rules.h"

/* The registers of such programs. */
enum {
  REGISTER_ANSWER = 0,
  REGISTER_WORK = 1,
  /* The port, where it is asked for, in the machine's order. */
  REGISTER_PORT = 5,
  /* Four of an IPv6 address; one of IPv4 is in the first. In the machine's order. */
  REGISTER_ADDRESS = 6,
  REGISTER_STACK = 10,
};

/* Goes on where the address is none of those that are known by themselves. `by_port`: name servers
 * only at theirs. */
void answer_known(struct code *code, const struct rules *rules, bool is_six, bool by_port);

/* Answers for whatever it is; nothing after that is reached. */
void answer_four(struct code *code);

/* The same, but goes to `inside` with the IPv4 address that decides in the place of one. */
void answer_six(struct code *code, struct label *inside);
