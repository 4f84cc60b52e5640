/* Whose the node is that all this is done for: its own user where it does not run as ours. Its
 * files are his, what a jail sees of them is the slot's instead, and what runs without walls is
 * him. */
#pragma once
#include <sys/types.h>

#include "../plain/linux.h"

enum { OWNER_GROUPS = 32 };

struct owner {
  uid_t user;
  gid_t group;
  /* What he is in beside his own group: what runs without walls has these. */
  gid_t more[OWNER_GROUPS];
  unsigned groups;
  /* He is somebody else than who we are: what he asks for he may not be able to do himself. */
  bool is_other;
};

/* Who the calling process is. */
struct owner owner_self(void);

/* `USER:GROUP`, and behind another colon more groups between commas; false where it is not that, or
 * root. */
bool owner_read(const char *word, struct owner *owner);

/* The calling process is him from now on and for good, where he is somebody else; 0 or an errno. */
int owner_become(const struct owner *owner);
