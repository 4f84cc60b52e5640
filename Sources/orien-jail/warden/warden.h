/* The warden: what a node that has given up root has left of it, orien_jail_warden.h. It starts
 * keepers and whatever lasts, tells of their ends, and does nothing else. */
#pragma once
#include "../walls/owner.h"

struct warden_options {
  /* Names of groups: "orien-" and 16 hexadecimal digits. */
  const char *jail, *outside, *lasting;
  /* The folder of what lasts. */
  const char *records;
  struct owner owner;
  /* As it was written. */
  const char *owner_word;
};

/* Runs until the node is gone, and then until all that was started for it is. */
_Noreturn void warden_run(const struct warden_options *options);
