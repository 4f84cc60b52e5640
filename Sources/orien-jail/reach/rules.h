/* What the kernel asks before a program of a group reaches anything, written from the table of
 * orien_jail_addresses.h. */
#pragma once
#include "assembler.h"

enum {
  /* As many name servers as anybody asks. */
  RULES_RESOLVERS = 3,
  /* Public addresses of this machine's own. */
  RULES_OWN = 256,
};

struct rules_address {
  bool is_six;
  /* Of IPv4 the first four. */
  uint8_t byte[16];
};

struct rules {
  /* Reached at the port of name servers, wherever they are. */
  struct rules_address resolver[RULES_RESOLVERS];
  unsigned resolvers;
  /* Public, and yet of this machine: what listens there may lean on the firewall before it. */
  struct rules_address own[RULES_OWN];
  unsigned owned;
};

/* When the kernel asks, and what it shows. */
enum rules_moment {
  /* A socket of the internet is made: only those of TCP and UDP are. */
  RULES_SOCKET,
  /* One is connected to an IPv4 or IPv6 address, or sends a datagram there. */
  RULES_ADDRESS4,
  RULES_ADDRESS6,
  /* A packet leaves, after all that rewrites addresses: none of UDP and none that asks for a
   * connection goes to what is not public, nor to a public address that is this machine's. */
  RULES_PACKET,
};

/* Writes the program, which answers 1 to what may be; false where it has no room. */
bool rules_write(const struct rules *rules, enum rules_moment moment, struct code *code);
