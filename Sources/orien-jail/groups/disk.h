/* How fast a group reads from the disk that workspaces are on, and how fast it writes to it. */
#pragma once
#include "groups.h"

/* The numbers of the whole disk that the folder is on, as the kernel's files of limits take them;
 * empty where it is on none: in memory, in another file system, or on several. */
void disk_find(char *disk, size_t size, const char *folder);

/* Lets the group read that much in a second, and write as much; 0 or an errno. Where the limit has
 * a tree of its own the group is made there. */
int disk_limit(const struct groups *groups, uint64_t number, uint64_t bytes_per_second);

/* Moves a process into the group that `disk_limit` has made; 0 or an errno. Where it has made none
 * nothing happens. */
int disk_enter(const struct groups *groups, uint64_t number, pid_t process);

/* Takes the limit back: who waits for his turn at the disk cannot be killed before it comes. */
void disk_release(const struct groups *groups, uint64_t number);
