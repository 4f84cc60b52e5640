/* What stands between a program and the machine: namespaces of its own, a root that is read-only
 * and holds interpreters and their libraries alone, a user that is nobody else's, no privilege, and
 * the system calls of filter.h.
 *
 * All that can be made once is made by the keeper and inherited. A jail is then built before
 * anybody asks for it, in three steps: the launcher forks the stub into namespaces, the stub enters
 * what was prepared, and the process that will be the program shuts the door behind itself. */
#pragma once
#include "../../COrienJail/include/orien_jail.h"
#include "../filter/filter.h"
#include "../plain/linux.h"
#include "owner.h"

/* Where jails find the programs that wait with interpreters. */
#define WALLS_HOSTS "/run/warm"

enum walls_mode { WALLS_AUTO, WALLS_USER, WALLS_NONE };

enum { GRANTS_PLACES = 128 };

/* What the operator lets jails see beyond what all have: named once, when the keeper starts. */
struct grants {
  /* Paths below /dev; a request names them by their place here. */
  const char *device[ORIEN_JAIL_DEVICES];
  unsigned devices;
  /* Folders that all jails read, and where they find them. */
  struct {
    const char *path, *at;
  } shared[ORIEN_JAIL_SHARED];
  unsigned shares;
  /* One of these is WALLS_HOSTS. */
  bool has_hosts;
  /* What plugins may be shown that is not the node's own user's. */
  const char *place[GRANTS_PLACES];
  unsigned places;
};

struct request;

struct walls {
  /* enum orien_jail_walls */
  uint32_t kind;
  /* A mount namespace that each jail has a copy of. */
  int root;
  /* scope.h; -1: there is none. Held where there is nothing else, too. */
  int scope;
  /* Slot i runs as this + i, where there are slots. */
  uint32_t first_user;
  /* Each slot has a user namespace of its own, in which the kernel counts processes by
   * themselves. */
  bool counts_processes;
  struct filters filters;
  /* By which the next process of a namespace gets the number of its first; -1: there is none. */
  int last_number;
  const struct grants *grants;
  const struct owner *owner;
  /* Why there is no more than this; empty where there is all. */
  char why[ORIEN_JAIL_WHY_BYTES];
};

/* What the keeper is told to make; all but `first_user` is less than all in tests alone. */
struct walls_options {
  enum walls_mode mode;
  bool scopes;
  uint32_t first_user;
  /* The folder that all workspaces are in, and whose disk they are on; NULL: it is not known. */
  const char *workspaces;
  /* They are images there, which any disk can show to others. */
  bool images;
  struct grants grants;
  struct owner owner;
};

/* Makes the strongest that work here, tried by a jail. Without root's privileges the calling
 * process moves into a user namespace for it. */
void walls_find(struct walls *walls, const struct walls_options *options);

enum { WALLS_DESCRIPTORS = 3 };

/* Which descriptors a part that goes on by itself keeps for them; how many these are. */
unsigned walls_keep(const struct walls *walls, int keep[WALLS_DESCRIPTORS]);

/* Adds to what groups hold: which walls there are, and what they hold. */
void walls_describe(const struct walls *walls, struct orien_jail_capabilities *capabilities);

/* Who starts jails, and whatever it starts, makes no other system calls from here on than programs
 * and the jail's parts do; 0 or an errno. */
int walls_begin(const struct walls *walls);

/* No program that is executed below the calling process will have any privilege; 0 or an errno.
 * What the process has itself stays. */
int walls_bound(const struct walls *walls);

/* Gives up every privilege of the calling process; 0 or an errno. */
int walls_hold_nothing(void);

/* fork(2) into a new PID, IPC and UTS namespace. */
pid_t walls_fork(const struct walls *walls);

/* The stub, into the rest of its namespaces, of which `network` is one; -1: one that is new. 0 or
 * an errno. Descriptors stay what they are. */
int walls_enter(const struct walls *walls, int network);

/* Whether another jail can have what is left of one in which nothing runs any more: its process 1,
 * and the namespace of that. */
bool walls_serve_again(const struct walls *walls);

/* For that stub, once there is nothing beside it there: all else is as new, and of those before
 * nobody can tell even how many they were. 0 or an errno. */
int walls_renew(const struct walls *walls);

/* The stub puts where the program will find it what it was lent, the workspace and devices; 0 or an
 * errno. */
int walls_mount(const struct walls *walls, unsigned slot, const struct request *request);

/* The stub takes the workspace back; 0 or an errno, EBUSY while anybody has anything of it. */
int walls_take_back(const struct walls *walls);

/* Who slot `slot` runs as. */
uint32_t walls_user(const struct walls *walls, unsigned slot);

/* Whether a limit of processes holds for one jail alone, without control groups. */
bool walls_count_processes(const struct walls *walls);

/* Lets the program's files in memory be no larger, of each file system; 0: than they are. For the
 * stub; 0 or an errno. */
int walls_bound_files(const struct walls *walls, uint64_t bytes);

/* The last step: the calling process is of slot `slot`, in the user namespace `owner` where slots
 * have such, else -1; for good and without any privilege, and may make a program's system calls
 * only. It comes from one that has begun. 0 or an errno. */
int walls_shut(const struct walls *walls, unsigned slot, int owner);
