#include "slot.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "../launcher/job.h"
#include "../walls/defence.h"
#include "../spaces/namespace.h"
#include "lent.h"

static struct {
  /* The user namespace that maps the node's user to the slot's, be it the same, and the network
   * namespace; 0 is none yet. */
  int owner, network;
} made[JOBS_AT_MOST];

/* Moves into it: the launcher needs no network. -1 with errno. */
static int make_network(void) {
  if (unshare(CLONE_NEWNET) != 0) return -1;
  return open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
}

/* 0 or an errno. */
static int keep(int *place, int descriptor) {
  if (descriptor < 0) return errno;
  *place = descriptor;
  return 0;
}

int slot_prepare(const struct walls *walls, unsigned slot) {
  int error = 0;
  if (walls->kind == ORIEN_JAIL_WALLS_NONE) return 0;
  if (!made[slot].network && defends(DEFENCE_NETWORK_NAMESPACE))
    error = keep(&made[slot].network, make_network());
  bool has_owner = walls->kind == ORIEN_JAIL_WALLS_ROOT || walls->counts_processes;
  if (!error && has_owner && !made[slot].owner)
    error = keep(&made[slot].owner, namespace_of_owner(walls->owner->user, walls->owner->group,
                                                       walls_user(walls, slot)));
  return error;
}

int slot_owner(const struct walls *walls, unsigned slot) {
  return walls->counts_processes && made[slot].owner ? made[slot].owner : -1;
}

int slot_owner_of_files(const struct walls *walls, unsigned slot, uid_t user, gid_t group) {
  if (walls->kind != ORIEN_JAIL_WALLS_ROOT || !defends(DEFENCE_USER)) return -1;
  if (user != walls->owner->user || group != walls->owner->group)
    return namespace_of_owner(user, group, walls_user(walls, slot));
  return fcntl(made[slot].owner, F_DUPFD_CLOEXEC, 3);
}

int slot_network(unsigned slot) { return made[slot].network ? made[slot].network : -1; }

int slot_lend(const struct walls *walls, unsigned slot, int folder, bool reads_only) {
  bool has_own = walls->kind == ORIEN_JAIL_WALLS_ROOT && defends(DEFENCE_USER);
  // Of this mount alone: others write to the same folder meanwhile.
  uint64_t closed = LENT_CLOSED | (reads_only ? MOUNT_ATTR_RDONLY : 0);
  return lent_mount(folder, has_own ? made[slot].owner : -1, closed);
}

int slot_try(int owner, const char *path) {
  int folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return errno;
  int tree = lent_mount(folder, owner, LENT_CLOSED);
  int error = tree < 0 ? errno : 0;
  if (tree >= 0) close(tree);
  close(folder);
  return error;
}
