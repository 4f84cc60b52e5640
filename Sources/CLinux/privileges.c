#define _GNU_SOURCE
#include "clinux.h"

#include <grp.h>
#include <linux/capability.h>

/* Whether the calling thread has any privilege, or could have one again. */
static int is_privileged(uid_t user, gid_t group) {
  uid_t users[3];
  gid_t groups[3];
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct has[2];
  if (getresuid(users, users + 1, users + 2) != 0 ||
      getresgid(groups, groups + 1, groups + 2) != 0 ||
      syscall(SYS_capget, &header, has) != 0)
    return 1;
  for (int i = 0; i < 3; i++)
    if (users[i] != user || groups[i] != group) return 1;
  for (int i = 0; i < 2; i++)
    if (has[i].effective || has[i].permitted || has[i].inheritable) return 1;
  for (int i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
    if (prctl(PR_CAPBSET_READ, i, 0, 0, 0) != 0 ||
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, i, 0, 0) != 0)
      return 1;
  return getgroups(0, NULL) != 0 || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 ||
         setresuid(-1, 0, -1) == 0;
}

/* Whether there is no second thread: a folder has one link more than two for each in it. */
static int is_alone(void) {
  struct stat tasks;
  return stat("/proc/self/task", &tasks) == 0 && tasks.st_nlink == 3;
}

static int drop_bounds(void) {
  for (int i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
    if (prctl(PR_CAPBSET_DROP, i, 0, 0, 0) != 0) return -1;
  return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

const char *linux_give_up_root(uid_t user, gid_t group) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[2];
  memset(none, 0, sizeof none);
  // What follows is of the calling thread alone, but for its ids.
  if (!linux_is_watched() && !is_alone()) {
    errno = EBUSY;
    return "being the only thread";
  }
  if (drop_bounds() != 0) return "PR_CAPBSET_DROP";
  if (setgroups(0, NULL) != 0) return "setgroups";
  if (setresgid(group, group, group) != 0) return "setresgid";
  if (setresuid(user, user, user) != 0) return "setresuid";
  if (syscall(SYS_capset, &header, none) != 0) return "capset";
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return "PR_SET_NO_NEW_PRIVS";
  // Whoever else is this user, of another service say, is not to look into this process.
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return "PR_SET_DUMPABLE";
  errno = EPERM;
  return is_privileged(user, group) ? "reading the privileges back" : NULL;
}
