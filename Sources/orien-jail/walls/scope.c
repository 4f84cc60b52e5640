#include "scope.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "defence.h"

/* What linux/landlock.h has since Linux 6.12, and the system's own copy may not have yet. */
struct ruleset {
  uint64_t handled_access_fs;
  uint64_t handled_access_net;
  uint64_t scoped;
};
static const uint64_t scope_abstract_sockets = 1U << 0;
static const uint64_t scope_signal = 1U << 1;

/* What allows it in one process allows it in all. */
static bool works(int scope) {
  pid_t child = fork();
  if (child == 0)
    _exit(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || scope_enter(scope) != 0);
  int status = 1;
  return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

int scope_make(void) {
  struct ruleset rules = {.scoped = scope_abstract_sockets | scope_signal};
  int scope = (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
  if (scope < 0 || works(scope)) return scope < 0 ? -1 : scope;
  close(scope);
  return -1;
}

int scope_enter(int scope) {
  if (scope < 0 || !defends(DEFENCE_SCOPE)) return 0;
  return syscall(SYS_landlock_restrict_self, scope, 0) == 0 ? 0 : errno;
}
