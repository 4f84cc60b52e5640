/* What the keeper hands to the parts that it starts: they are forks of it, so these are plain
 * numbers of descriptors and one struct of groups. */
#pragma once
#include "../groups/groups.h"
#include "../images/images.h"
#include "../plain/linux.h"
#include "../walls/walls.h"

struct parts {
  pid_t keeper;
  /* orien_jail.h: from the node. */
  int control;
  int lifeline;
  int lock;
  /* A pipe that hangs up for the launcher and the janitor when the keeper is gone. */
  int keeper_reader;
  int keeper_writer;
  /* A pipe from whoever is done with a group to the janitor. The keeper holds both ends, so that
   * it survives either. */
  int orders_reader;
  int orders_writer;
  struct groups groups;
  struct walls walls;
  const struct images_options *images;
};
