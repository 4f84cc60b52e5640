/* What the keeper hands to the parts that it starts: they are forks of it, so these are plain
 * numbers of descriptors and one struct of groups. */
#pragma once
#include "../groups/groups.h"
#include "../plain/linux.h"

struct parts {
  /* orien_jail.h: from the node. */
  int control;
  int lifeline;
  int lock;
  /* A pipe that hangs up for the launcher and the janitor when the keeper is gone. */
  int keeper_reader;
  int keeper_writer;
  /* Pipes of struct supply_order and of numbers, between launcher and janitor. The keeper holds
   * both ends of both, so that they survive either. */
  int orders_reader;
  int orders_writer;
  int ready_reader;
  int ready_writer;
  /* Groups with lower numbers were made for a launcher that is dead, and go. */
  uint64_t fresh_from;
  struct groups groups;
};
