/* What tests take away from a jail, one by one: an attack that fails also without the defence that
 * is said to stop it proves nothing. The program that is shipped is built without this, and keeps
 * every defence. */
#pragma once
#include "../plain/linux.h"

enum defence {
  DEFENCE_PROCESS_NAMESPACE,
  DEFENCE_NETWORK_NAMESPACE,
  DEFENCE_IPC_NAMESPACE,
  DEFENCE_HOST_NAME,
  DEFENCE_GROUP_NAMESPACE,
  /* Mounts of its own, and with them the root that is made for it. */
  DEFENCE_ROOT,
  DEFENCE_USER,
  DEFENCE_CAPABILITIES,
  DEFENCE_NO_NEW_PRIVILEGES,
  DEFENCE_FILTER,
  DEFENCE_SCOPE,
  DEFENCE_DESCRIPTORS,
  /* Of core dumps, files and descriptors. */
  DEFENCE_RLIMITS,
  DEFENCE_MEMORY_LIMIT,
  DEFENCE_PROCESS_LIMIT,
  DEFENCE_CPU_LIMIT,
  DEFENCE_DISK_LIMIT,
  DEFENCE_GROUP_KILL,
  DEFENCE_TREE_KILL,
  DEFENCE_GROUP_METER,
  DEFENCE_USAGE_METER,
  DEFENCE_COUNTER,
  /* Of the jail's own parts. */
  DEFENCE_UNDUMPABLE,
};

#ifdef ORIEN_TEST

bool defends(enum defence defence);

/* Takes the defence called `word` away; false: the option is not `--without`, or there is none
 * of that name. */
bool defence_option(const char *option, const char *word);

#else

static inline bool defends(enum defence defence) {
  (void)defence;
  return true;
}

static inline bool defence_option(const char *option, const char *word) {
  (void)option;
  (void)word;
  return false;
}

#endif
