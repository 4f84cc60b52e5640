#include "walls.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../launcher/job.h"
#include "../launcher/request.h"
#include "../lend/device.h"
#include "defence.h"
#include "../plain/files.h"
#include "../plain/process.h"
#include "../spaces/namespace.h"
#include "../root/mounts.h"
#include "../root/places.h"
#include "../root/root.h"
#include "scope.h"
#include "trial.h"

static const char host_name[] = "orien";

static void give_up(struct walls *walls, const char *what, int error) {
  walls->kind = ORIEN_JAIL_WALLS_NONE;
  snprintf(walls->why, sizeof walls->why, "%s: %s", what, strerror(error));
}

/* Moves into a user namespace where we are who we were, with every privilege over what is made in
 * it; 0 or an errno. */
static int become_own_root(void) {
  uid_t user = geteuid();
  gid_t group = getegid();
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return errno;
  // Only somebody who may be dumped may write its own files here.
  prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
  char line[48];
  snprintf(line, sizeof line, "%u %u 1", user, user);
  int error = file_write(AT_FDCWD, "/proc/self/uid_map", line);
  if (!error) error = file_write(AT_FDCWD, "/proc/self/setgroups", "deny");
  snprintf(line, sizeof line, "%u %u 1", group, group);
  if (!error) error = file_write(AT_FDCWD, "/proc/self/gid_map", line);
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 && !error) error = errno;
  return error;
}

/* What is shared by all jails; false where that does not work, and then nothing is left of it. */
static bool make_all(struct walls *walls, uint32_t kind, const struct walls_options *options) {
  walls->kind = kind;
  bool has_slots = kind == ORIEN_JAIL_WALLS_ROOT;
  walls->first_user = has_slots ? options->first_user : geteuid();
  root_describe(walls->first_user, has_slots ? JOBS_AT_MOST : 1, walls->grants);
  const char *what = "";
  walls->root = namespace_make(CLONE_NEWNS, "mnt", root_furnish, &what, NULL);
  if (walls->root < 0) {
    give_up(walls, what, errno);
    return false;
  }
  if (trial_run(walls, options->images ? NULL : options->workspaces)) return true;
  close(walls->root);
  return false;
}

void walls_find(struct walls *walls, const struct walls_options *options) {
  *walls = (struct walls){.kind = ORIEN_JAIL_WALLS_NONE,
                          .grants = &options->grants,
                          .owner = &options->owner};
  walls->scope = options->scopes ? scope_make() : -1;
  // Older kernels, and some that are built for little, have it not.
  walls->last_number = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);
  if (options->mode == WALLS_NONE) {
    snprintf(walls->why, sizeof walls->why, "none are wanted");
    return;
  }
  int error = filters_make(&walls->filters);
  if (error) return give_up(walls, "the filter of system calls", error);
  bool is_root = geteuid() == 0 && options->mode == WALLS_AUTO;
  snprintf(walls->why, sizeof walls->why, "the node does not run as root");
  if (is_root && make_all(walls, ORIEN_JAIL_WALLS_ROOT, options)) {
    walls->why[0] = 0;
    return;
  }
  // What is less than that its user can have by himself, as a node can that is his from the start.
  if (options->owner.is_other) return;
  error = become_own_root();
  // Of root the reason that counts is why there is no more, not why there is not even less.
  if (error && !is_root) give_up(walls, "a user namespace", error);
  if (!error) make_all(walls, ORIEN_JAIL_WALLS_USER, options);
}

unsigned walls_keep(const struct walls *walls, int keep[WALLS_DESCRIPTORS]) {
  unsigned count = 0;
  if (walls->scope >= 0) keep[count++] = walls->scope;
  if (walls->last_number >= 0) keep[count++] = walls->last_number;
  if (walls->kind == ORIEN_JAIL_WALLS_NONE) return count;
  keep[count++] = walls->root;
  return count;
}

void walls_describe(const struct walls *walls, struct orien_jail_capabilities *to) {
  to->walls = walls->kind;
  to->confines_signals = walls->kind != ORIEN_JAIL_WALLS_NONE || walls->scope >= 0;
  memcpy(to->why, walls->why, sizeof to->why);
  if (walls_count_processes(walls) && to->processes == ORIEN_JAIL_BY_NOTHING)
    to->processes = ORIEN_JAIL_BY_RLIMIT;
}

int walls_begin(const struct walls *walls) {
  return walls->kind == ORIEN_JAIL_WALLS_NONE ? 0 : filters_begin(&walls->filters);
}

int walls_bound(const struct walls *walls) {
  if (walls->kind == ORIEN_JAIL_WALLS_NONE || !defends(DEFENCE_CAPABILITIES)) return 0;
  for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) return errno;
  return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 ? 0 : errno;
}

pid_t walls_fork(const struct walls *walls) {
  if (walls->kind == ORIEN_JAIL_WALLS_NONE) return fork();
  unsigned long flags = SIGCHLD;
  if (defends(DEFENCE_PROCESS_NAMESPACE)) flags |= CLONE_NEWPID;
  if (defends(DEFENCE_IPC_NAMESPACE)) flags |= CLONE_NEWIPC;
  if (defends(DEFENCE_HOST_NAME)) flags |= CLONE_NEWUTS;
  return (pid_t)syscall(SYS_clone, flags, 0, 0, 0, 0);
}

static int enter_network(int network) {
  if (!defends(DEFENCE_NETWORK_NAMESPACE)) return 0;
  int moved = network < 0 ? unshare(CLONE_NEWNET) : setns(network, CLONE_NEWNET);
  return moved == 0 ? 0 : errno;
}

static int enter_root(const struct walls *walls) {
  if (!defends(DEFENCE_ROOT)) return 0;
  if (setns(walls->root, CLONE_NEWNS) != 0 || unshare(CLONE_NEWNS) != 0) return errno;
  return root_finish();
}

int walls_enter(const struct walls *walls, int network) {
  if (walls->kind == ORIEN_JAIL_WALLS_NONE) return 0;
  int error = enter_network(network);
  if (!error && defends(DEFENCE_HOST_NAME) && sethostname(host_name, sizeof host_name - 1) != 0)
    error = errno;
  return error ? error : enter_root(walls);
}

bool walls_serve_again(const struct walls *walls) {
  return walls->kind != ORIEN_JAIL_WALLS_NONE && walls->last_number >= 0 &&
         defends(DEFENCE_PROCESS_NAMESPACE);
}

int walls_renew(const struct walls *walls) {
  if (defends(DEFENCE_IPC_NAMESPACE) && unshare(CLONE_NEWIPC) != 0) return errno;
  int error = enter_root(walls);
  // Process 1 is the caller.
  if (!error && pwrite(walls->last_number, "1", 1, 0) != 1) error = errno;
  return error;
}

int walls_mount(const struct walls *walls, unsigned slot, const struct request *request) {
  if (walls->kind == ORIEN_JAIL_WALLS_NONE || !defends(DEFENCE_ROOT)) return 0;
  const int *device = request->device;
  int error = mount_attach(request->workspace, ROOT_WORKSPACE);
  for (unsigned i = 0; !error && i < walls->grants->devices; i++)
    if (request->devices & 1U << i)
      error = device_put(walls, slot, *device++, walls->grants->device[i]);
  return error ? error : places_put(request->place, request->shown, request->places);
}

int walls_take_back(const struct walls *walls) {
  if (walls->kind == ORIEN_JAIL_WALLS_NONE || !defends(DEFENCE_ROOT)) return 0;
  return mount_detach(ROOT_WORKSPACE);
}

int walls_bound_files(const struct walls *walls, uint64_t bytes) {
  if (walls->kind == ORIEN_JAIL_WALLS_NONE || !defends(DEFENCE_ROOT)) return 0;
  return bytes ? root_bound_files(bytes) : 0;
}

int walls_hold_nothing(void) {
  if (!defends(DEFENCE_CAPABILITIES)) return 0;
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[2] = {{0}};
  return syscall(SYS_capset, &header, none) == 0 ? 0 : errno;
}

/* By the calls themselves: glibc's look for threads first. */
static int become(uint32_t user) {
  if (!defends(DEFENCE_USER)) return 0;
  if (syscall(SYS_setgroups, 0, NULL) != 0) return errno;
  if (syscall(SYS_setresgid, user, user, user) != 0) return errno;
  return syscall(SYS_setresuid, user, user, user) == 0 ? 0 : errno;
}

uint32_t walls_user(const struct walls *walls, unsigned slot) {
  return walls->first_user + (walls->kind == ORIEN_JAIL_WALLS_ROOT ? slot : 0);
}

bool walls_count_processes(const struct walls *walls) {
  // Of a user whose processes are all of one tree, or of one in a namespace where they are.
  return walls->kind == ORIEN_JAIL_WALLS_ROOT || walls->counts_processes;
}

int walls_shut(const struct walls *walls, unsigned slot, int owner) {
  if (walls->kind == ORIEN_JAIL_WALLS_NONE) {
    int error = owner_become(walls->owner);
    return error ? error : scope_enter(walls->scope);
  }
  // In here its group is the root of all groups.
  if (defends(DEFENCE_GROUP_NAMESPACE) && unshare(CLONE_NEWCGROUP) != 0) return errno;
  int error = 0;
  if (walls->kind == ORIEN_JAIL_WALLS_ROOT) error = become(walls_user(walls, slot));
  // Whoever moves into a user namespace may have everything there, and later programs too.
  if (owner >= 0) error = setns(owner, CLONE_NEWUSER) == 0 ? walls_bound(walls) : errno;
  if (!error) error = walls_hold_nothing();
  if (!error) error = scope_enter(walls->scope);
  return error ? error : filters_finish(&walls->filters);
}
