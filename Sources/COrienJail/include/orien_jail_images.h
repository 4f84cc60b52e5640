/* Between node and steward: the images that workspaces are. */
#pragma once
#include "orien_jail.h"

/* Whether workspaces can be images. */
struct orien_jail_images {
  /* 0 or 1, and why it is 0. */
  uint32_t usable;
  char why[ORIEN_JAIL_WHY_BYTES];
};

enum orien_jail_image_order {
  /* Mount it, where it is not mounted yet. */
  ORIEN_JAIL_IMAGE_OPEN = 1,
  /* The same, of one that is made where there is none. */
  ORIEN_JAIL_IMAGE_MAKE,
  /* Nobody needs it now: it is unmounted, as soon as nobody has anything of it open. */
  ORIEN_JAIL_IMAGE_CLOSE,
  /* Remove it, whoever uses it; the answer comes when its room is free. */
  ORIEN_JAIL_IMAGE_REMOVE,
  /* Give back to the disk what its files have left. */
  ORIEN_JAIL_IMAGE_TRIM,
  /* Mount it for the machine's daemons as well, under `lent`, its files being `user`'s there; and
   * take that back. */
  ORIEN_JAIL_IMAGE_LEND,
  ORIEN_JAIL_IMAGE_TAKE_BACK,
  /* Make a place of the name `lent`, at which an image may be lent later to who has mounted it
   * by then. It is removed by taking back. Of no image: its `name` is all zeros. */
  ORIEN_JAIL_IMAGE_PLACE,
};

/* How one is lent. */
enum {
  /* Nobody writes to it by this mount. */
  ORIEN_JAIL_LEND_READS_ONLY = 1u << 0,
  /* At a place that was made for it, and has shown nothing yet; else there is none. */
  ORIEN_JAIL_LEND_AT_PLACE = 1u << 1,
};

enum {
  /* Hexadecimal digits, of which its name has so many and no others. */
  ORIEN_JAIL_IMAGE_NAME = 32,
  /* Of a name under which one is lent, of a-z, 0-9 and -, its NUL included. */
  ORIEN_JAIL_LENT_BYTES = 64,
};

struct orien_jail_image {
  /* enum orien_jail_image_order */
  uint32_t order;
  char name[ORIEN_JAIL_IMAGE_NAME];
  /* Of what is lent, and 0 and nothing of all else. */
  uint32_t user;
  /* Of ORIEN_JAIL_LEND_. */
  uint32_t how;
  char lent[ORIEN_JAIL_LENT_BYTES];
};

enum orien_jail_image_fault {
  ORIEN_JAIL_IMAGE_FINE = 0,
  /* There is none of that name. */
  ORIEN_JAIL_IMAGE_MISSING,
  /* Its file system is broken, and cannot be repaired. */
  ORIEN_JAIL_IMAGE_BROKEN,
  /* Something still has it open that was to be gone. */
  ORIEN_JAIL_IMAGE_BUSY,
  /* The host could not; `error` says what. */
  ORIEN_JAIL_IMAGE_HOST,
};

struct orien_jail_image_answer {
  /* enum orien_jail_image_fault */
  uint32_t fault;
  /* The errno where there is one. */
  int32_t error;
};
