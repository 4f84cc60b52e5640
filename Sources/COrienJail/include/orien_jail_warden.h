/* Between a node that has given up root and the warden, which it has started before: the only
 * part of Orien that does anything as root because the node asks. It takes no program, no path
 * and no user from it. Keepers of two kinds are started, and what lasts is started, looked at
 * and stopped, in groups and as a user that the warden was told when it was started itself. */
#pragma once
#include "orien_jail.h"

enum {
  /* A stream socket to the node: when that hangs up the warden starts nothing more, and ends when
   * whatever it has started has. */
  ORIEN_JAIL_WARD = 3,
};

enum orien_jail_keeper {
  /* Of the jail. What it is started with the first such request says, which a node sends before it
   * listens to anybody; all that follow say the same. */
  ORIEN_JAIL_KEEPER_JAIL = 0,
  /* Of what runs outside: without walls, as the node's user, and there is nothing to say. */
  ORIEN_JAIL_KEEPER_OUTSIDE,
};

/* Body of ORIEN_JAIL_WARD_KEEPER, followed by the keeper's options, each with its NUL. Descriptors:
 * the leash, and what the keeper has as 2 to 5. The leash is a stream socket by which the warden
 * tells of it; ORIEN_JAIL_WARD_KILL that comes there kills it. */
struct orien_jail_ward_keeper {
  /* enum orien_jail_keeper */
  uint32_t kind;
  uint32_t options;
};

enum { ORIEN_JAIL_WARD_KILL = 'k' };

enum { ORIEN_JAIL_WARD_NAME = 264 };

/* Body of ORIEN_JAIL_WARD_LASTING. Descriptor: the asker of orien_jail_lasting.h. */
struct orien_jail_ward_lasting {
  /* 0 start, 1 stop, 2 status. */
  uint32_t order;
  uint32_t reserved; /* 0 */
  uint64_t number;
  /* Owner and name with a slash between, and its NUL. */
  char name[ORIEN_JAIL_WARD_NAME];
};
