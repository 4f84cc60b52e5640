#include "owner.h"

#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

struct owner owner_self(void) {
  return (struct owner){.user = geteuid(), .group = (gid_t)geteuid()};
}

/* A number, and what follows it; false where there is none. */
static bool read_number(const char **at, uint32_t *number) {
  if (**at < '0' || **at > '9') return false;
  char *end;
  errno = 0;
  unsigned long read = strtoul(*at, &end, 10);
  if (errno || read >= UINT32_MAX) return false;
  *number = (uint32_t)read;
  *at = end;
  return true;
}

bool owner_read(const char *word, struct owner *owner) {
  *owner = (struct owner){.is_other = true};
  if (!read_number(&word, &owner->user) || *word++ != ':' ||
      !read_number(&word, &owner->group) || owner->user == 0 || owner->group == 0)
    return false;
  for (char next = ':'; *word == next; next = ',') {
    word++;
    if (owner->groups == OWNER_GROUPS || !read_number(&word, &owner->more[owner->groups++]))
      return false;
  }
  return *word == 0;
}

/* By the calls themselves, as in walls.c. */
int owner_become(const struct owner *owner) {
  if (!owner->is_other) return 0;
  if (syscall(SYS_setgroups, owner->groups, owner->more) != 0 ||
      syscall(SYS_setresgid, owner->group, owner->group, owner->group) != 0 ||
      syscall(SYS_setresuid, owner->user, owner->user, owner->user) != 0)
    return errno;
  return 0;
}
