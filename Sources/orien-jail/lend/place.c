#include "place.h"

#include <sys/stat.h>
#include <unistd.h>

#include "lent.h"
#include "slot.h"

/* Not every file system can show itself to another user: what is only looked at, or is everybody's
 * to connect to, is shown as it is then. */
static bool can_do_without(char kind, int error) {
  return kind != ORIEN_JAIL_PLACE_WRITE && (error == EINVAL || error == EPERM);
}

int place_lend(const struct walls *walls, unsigned slot, int thing, char kind) {
  struct stat status;
  if (fstat(thing, &status) != 0) return -1;
  bool is_socket = kind == ORIEN_JAIL_PLACE_SOCKET;
  errno = is_socket ? ENOTSOCK : ENOTDIR;
  if (is_socket ? !S_ISSOCK(status.st_mode) : !S_ISDIR(status.st_mode)) return -1;
  uint64_t closed = LENT_CLOSED;
  if (is_socket) closed |= MOUNT_ATTR_NOEXEC;
  if (kind == ORIEN_JAIL_PLACE_READ) closed |= MOUNT_ATTR_RDONLY;
  bool has_users = walls->kind == ORIEN_JAIL_WALLS_ROOT;
  int own = -1;
  if (walls->owner->is_other && status.st_uid != walls->owner->user) {
    // He could open it without being allowed to read it, and would read it by the jail.
    own = lent_named(thing, walls->grants->place, walls->grants->places);
    if (own < 0) return -1;
    thing = own;
  }
  // What has a group that is nobody's there nobody may write to, and so not connect to either.
  gid_t group = is_socket                               ? status.st_gid
                : status.st_uid == walls->owner->user   ? walls->owner->group
                                                        : (gid_t)status.st_uid;
  int owner = has_users ? slot_owner_of_files(walls, slot, status.st_uid, group) : -1;
  int mount = lent_mount(thing, owner, closed);
  if (mount < 0 && owner >= 0 && can_do_without(kind, errno))
    mount = lent_mount(thing, -1, closed);
  int error = errno;
  if (owner >= 0) close(owner);
  if (own >= 0) close(own);
  errno = error;
  return mount;
}
