/* The keeper: it starts the launcher and the janitor, starts them again, and does nothing else, so
 * that nothing goes wrong with it. When the node is gone it sees to it that all of the jail is. */
#pragma once
#include "../groups/groups.h"
#include "../images/images.h"
#include "../walls/walls.h"

/* What may be left out is so in tests of what stands in for it. */
struct keeper_options {
  const char *group_name;
  enum group_mode groups;
  struct walls_options walls;
  struct images_options images;
  /* All of them, as they were given: to begin again as somebody else. */
  char **argument;
  unsigned arguments;
};

/* Runs until the node is gone, then until the last process of the jail is. */
_Noreturn void keeper_run(const struct keeper_options *options);
