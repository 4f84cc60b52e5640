#include "network.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../reach/reach.h"

static bool refuse(char why[ORIEN_JAIL_WHY_BYTES], const char *what, int error) {
  snprintf(why, ORIEN_JAIL_WHY_BYTES, "%s: %s", what, strerror(error));
  return false;
}

static bool judge(const struct reach_fault *fault, const char *what,
                  char why[ORIEN_JAIL_WHY_BYTES]) {
  const char *reason = fault->error ? strerror(fault->error) : "what is refused goes through";
  snprintf(why, ORIEN_JAIL_WHY_BYTES, "%s %s: %s", what, fault->step, reason);
  return false;
}

static bool hold(const struct record *record, const struct rules *rules,
                 char why[ORIEN_JAIL_WHY_BYTES]) {
  const struct groups *groups = &record->groups;
  if (groups->unified < 0) {
    snprintf(why, ORIEN_JAIL_WHY_BYTES, "no tree of control groups of version 2 is mounted");
    return false;
  }
  char path[64];
  snprintf(path, sizeof path, "e%llu", (unsigned long long)record->group);
  int group = openat(groups->tree[groups->unified].parent, path,
                     O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (group < 0) return refuse(why, path, errno);
  struct reach_fault fault;
  bool is_held = reach_hold(group, rules, &fault);
  close(group);
  return is_held || judge(&fault, "the kernel takes no rule for", why);
}

/* What the trial's process has found. The step is a constant, and where it is in both. */
struct finding {
  bool is_held;
  struct reach_fault fault;
};

static _Noreturn void try_there(const struct record *record, int answer) {
  struct finding found = {.fault = {.step = "joining the group"}};
  found.fault.error = group_enter(&record->groups, group_alone(record->group));
  if (!found.fault.error) found.is_held = reach_try(&found.fault);
  // Without a word it is as if nothing were held.
  _exit(write(answer, &found, sizeof found) == sizeof found ? 0 : 1);
}

static bool try(const struct record *record, char why[ORIEN_JAIL_WHY_BYTES]) {
  int answer[2];
  if (pipe2(answer, O_CLOEXEC) != 0) return refuse(why, "a pipe for the trial", errno);
  pid_t process = fork();
  int error = process < 0 ? errno : 0;
  if (process == 0) try_there(record, answer[1]);
  close(answer[1]);
  struct finding found;
  bool is_whole = process > 0 && read(answer[0], &found, sizeof found) == sizeof found;
  close(answer[0]);
  if (process < 0) return refuse(why, "a process for the trial", error);
  if (waitpid(process, NULL, 0) != process || !is_whole)
    return refuse(why, "the trial's process", ECHILD);
  return found.is_held || judge(&found.fault, "the kernel does not keep to the rule for", why);
}

bool network_hold(const struct record *record, const struct request *request,
                  char why[ORIEN_JAIL_WHY_BYTES]) {
  static struct rules rules;
  for (char *const *text = request->resolver; *text; text++)
    if (!reach_read(*text, &rules.resolver[rules.resolvers++]))
      return refuse(why, "a name server's address", EINVAL);
  int error = reach_find_own(&rules);
  if (error) return refuse(why, "this machine's addresses", error);
  return hold(record, &rules, why) && try(record, why);
}
