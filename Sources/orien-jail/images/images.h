/* Workspaces that are images: each a file system of its own in a file of its own, so that what a
 * program writes ends where the file does.
 *
 * They lie in the node's folder as NAME.image. In that, `.images` is the steward's: the template
 * that each is a copy of, some that are made ahead, and where they are mounted, which nobody sees
 * but the parts of the jail: their mount namespace is their own, and goes with the last of them. */
#pragma once
#include "../../COrienJail/include/orien_jail.h"
#include "../plain/linux.h"
#include "../walls/owner.h"

struct images_options {
  /* The node's folder; NULL: none are wanted. */
  const char *folder;
  /* What a program can write into one, and how many files and folders it can make, at most. */
  uint64_t bytes, files;
  /* Whose what lies in them is, on their own disks. */
  const struct owner *owner;
};

#define IMAGES_FOLDER ".images"

/* A mount namespace, and the root that its processes have; -1: none. */
struct images_space {
  int mounts, root;
};

/* Makes the steward's folder the working one, and before that makes it where it is missing. The
 * node's own folder around it may be somebody else's: nothing is done in one that is not ours
 * alone. False with errno. */
bool images_stand_in(const char *folder);

/* Moves the calling process to a mount namespace of its own, or to that of an earlier keeper, and
 * there makes room for mounts. What `space` had is closed, and it is the caller's then; false with
 * errno, where `what` failed. */
bool images_enter(const struct images_options *options, struct images_space *space,
                  const char **what);

void images_leave(struct images_space *space);
