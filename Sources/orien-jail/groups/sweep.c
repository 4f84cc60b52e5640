/* All our groups at once: what a node, a keeper or a launcher left when it died. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../plain/files.h"
#include "groups.h"

void groups_kill(const struct groups *groups) {
  if (groups->can_kill)
    file_write(groups->tree[groups->unified].parent, "cgroup.kill", "1");
}

/* Before cgroup.kill there was only this: forks escape one round, and meet the next. How many
 * there were. */
static unsigned kill_listed(int folder, const char *path) {
  char text[4096];
  unsigned found = 0;
  if (file_read(folder, path, text, sizeof text) <= 0) return 0;
  for (char *at = text, *end; *at; at = end + (*end == '\n')) {
    pid_t process = (pid_t)strtol(at, &end, 10);
    if (end == at || process <= 1) break;
    kill(process, SIGKILL);
    found++;
  }
  return found;
}

static void kill_group(const struct groups *groups, uint64_t number) {
  group_kill(groups, group_alone(number));
  if (groups->can_kill) return;
  char path[64];
  snprintf(path, sizeof path, "e%llu/cgroup.procs", (unsigned long long)number);
  for (int i = 0; i < groups->count; i++) kill_listed(groups->tree[i].parent, path);
}

unsigned groups_sweep(const struct groups *groups, uint64_t below) {
  unsigned left = 0;
  for (int i = 0; i < groups->count; i++) {
    // Nobody is there but a tenant who has moved himself.
    if (below == UINT64_MAX) left += kill_listed(groups->tree[i].parent, "cgroup.procs");
    int again = openat(groups->tree[i].parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = again < 0 ? NULL : fdopendir(again);
    if (!folder) {
      if (again >= 0) close(again);
      left++;
      continue;
    }
    for (struct dirent *entry; (entry = readdir(folder));) {
      char *end;
      if (entry->d_name[0] != 'e' || entry->d_name[1] < '1' || entry->d_name[1] > '9') continue;
      uint64_t number = strtoull(entry->d_name + 1, &end, 10);
      if (*end || number >= below || group_remove(groups, group_alone(number)) == 0) continue;
      kill_group(groups, number);
      if (group_remove(groups, group_alone(number)) != 0) left++;
    }
    closedir(folder);
  }
  return left;
}

void groups_remove(const struct groups *groups) {
  for (int i = 0; i < groups->count; i++)
    unlinkat(groups->tree[i].base, groups->name, AT_REMOVEDIR);
}
