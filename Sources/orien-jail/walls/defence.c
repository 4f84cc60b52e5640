#include "defence.h"

#ifdef ORIEN_TEST
#include <string.h>

static const char *const names[] = {
    [DEFENCE_PROCESS_NAMESPACE] = "process-namespace",
    [DEFENCE_NETWORK_NAMESPACE] = "network-namespace",
    [DEFENCE_IPC_NAMESPACE] = "ipc-namespace",
    [DEFENCE_HOST_NAME] = "host-name",
    [DEFENCE_GROUP_NAMESPACE] = "group-namespace",
    [DEFENCE_ROOT] = "root",
    [DEFENCE_USER] = "user",
    [DEFENCE_CAPABILITIES] = "capabilities",
    [DEFENCE_NO_NEW_PRIVILEGES] = "no-new-privileges",
    [DEFENCE_FILTER] = "filter",
    [DEFENCE_SCOPE] = "scope",
    [DEFENCE_DESCRIPTORS] = "descriptors",
    [DEFENCE_RLIMITS] = "rlimits",
    [DEFENCE_MEMORY_LIMIT] = "memory-limit",
    [DEFENCE_PROCESS_LIMIT] = "process-limit",
    [DEFENCE_CPU_LIMIT] = "cpu-limit",
    [DEFENCE_DISK_LIMIT] = "disk-limit",
    [DEFENCE_GROUP_KILL] = "group-kill",
    [DEFENCE_TREE_KILL] = "tree-kill",
    [DEFENCE_GROUP_METER] = "group-meter",
    [DEFENCE_USAGE_METER] = "usage-meter",
    [DEFENCE_COUNTER] = "counter",
    [DEFENCE_UNDUMPABLE] = "undumpable",
};

static bool is_gone[sizeof names / sizeof *names];

bool defends(enum defence defence) { return !is_gone[defence]; }

bool defence_option(const char *option, const char *word) {
  if (strcmp(option, "--without") != 0) return false;
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
    if (strcmp(word, names[i]) != 0) continue;
    return is_gone[i] = true;
  }
  return false;
}
#endif
