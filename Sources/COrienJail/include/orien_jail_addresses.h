/* Which addresses are of the public internet: none of this machine, of its networks, of those who
 * run it, or of nobody (the registries of IANA for special purposes, RFC 6890). The node's proxy
 * reads it, and what the kernel holds a program to that lasts is written from it. */
#pragma once
#include <stdint.h>

enum orien_jail_verdict {
  ORIEN_JAIL_NOT_PUBLIC,
  ORIEN_JAIL_IS_PUBLIC,
  /* The IPv4 address inside decides: connections go there, by the kernel itself, by a translator
   * or by a relay. */
  ORIEN_JAIL_AS_INSIDE,
};

/* Of the blocks of a family the first that has an address decides, and the last has all. */
struct orien_jail_block {
  /* Of IPv4 the first four. */
  uint8_t first[16];
  uint8_t bits;
  /* enum orien_jail_verdict */
  uint8_t verdict;
  /* The byte of an address at which the one inside begins. */
  uint8_t inside;
};

enum { ORIEN_JAIL_BLOCKS4 = 17, ORIEN_JAIL_BLOCKS6 = 8 };

static inline const struct orien_jail_block *orien_jail_blocks4(void) {
  static const struct orien_jail_block blocks[ORIEN_JAIL_BLOCKS4] = {
      {{0}, 8, ORIEN_JAIL_NOT_PUBLIC, 0},                  // this network
      {{10}, 8, ORIEN_JAIL_NOT_PUBLIC, 0},                 // private
      {{100, 64}, 10, ORIEN_JAIL_NOT_PUBLIC, 0},           // shared with the customers of a carrier
      {{127}, 8, ORIEN_JAIL_NOT_PUBLIC, 0},                // this machine
      {{168, 63, 129, 16}, 32, ORIEN_JAIL_NOT_PUBLIC, 0},  // the host of a machine in Azure
      {{169, 254}, 16, ORIEN_JAIL_NOT_PUBLIC, 0},          // this link, and the metadata of clouds
      {{172, 16}, 12, ORIEN_JAIL_NOT_PUBLIC, 0},           // private
      {{192, 0, 0}, 24, ORIEN_JAIL_NOT_PUBLIC, 0},         // for protocols
      {{192, 0, 2}, 24, ORIEN_JAIL_NOT_PUBLIC, 0},         // for documentation
      {{192, 88, 99}, 24, ORIEN_JAIL_NOT_PUBLIC, 0},       // once the relays of 6to4
      {{192, 168}, 16, ORIEN_JAIL_NOT_PUBLIC, 0},          // private
      {{198, 18}, 15, ORIEN_JAIL_NOT_PUBLIC, 0},           // for measuring
      {{198, 51, 100}, 24, ORIEN_JAIL_NOT_PUBLIC, 0},      // for documentation
      {{203, 0, 113}, 24, ORIEN_JAIL_NOT_PUBLIC, 0},       // for documentation
      {{224}, 4, ORIEN_JAIL_NOT_PUBLIC, 0},                // groups
      {{240}, 4, ORIEN_JAIL_NOT_PUBLIC, 0},                // reserved, and all of a network
      {{0}, 0, ORIEN_JAIL_IS_PUBLIC, 0},
  };
  return blocks;
}

static inline const struct orien_jail_block *orien_jail_blocks6(void) {
  static const struct orien_jail_block blocks[ORIEN_JAIL_BLOCKS6] = {
      // An IPv4 address that is written as IPv6, a translator's, and a relay's.
      {{[10] = 0xff, 0xff}, 96, ORIEN_JAIL_AS_INSIDE, 12},
      {{0, 0x64, 0xff, 0x9b}, 96, ORIEN_JAIL_AS_INSIDE, 12},
      {{0x20, 0x02}, 16, ORIEN_JAIL_AS_INSIDE, 2},
      {{0x20, 0x01}, 23, ORIEN_JAIL_NOT_PUBLIC, 0},  // for protocols, Teredo and ORCHID among them
      {{0x20, 0x01, 0x0d, 0xb8}, 32, ORIEN_JAIL_NOT_PUBLIC, 0},  // for documentation
      {{0x3f, 0xff}, 20, ORIEN_JAIL_NOT_PUBLIC, 0},              // for documentation
      {{0x20}, 3, ORIEN_JAIL_IS_PUBLIC, 0},
      // Nothing else is given out: it is for machines, networks, groups, or nobody.
      {{0}, 0, ORIEN_JAIL_NOT_PUBLIC, 0},
  };
  return blocks;
}
