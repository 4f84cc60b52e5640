/* What the machine's daemons are lent of images: a mount of one in the machine's own mount
 * namespace, in a folder of the node's, whose files are there the user's that a container runs as.
 * No part of its path is a tenant's, so that what a daemon mounts is what was lent. */
#pragma once
#include "images.h"

enum { LENT_DESCRIPTORS = 2 };

/* Finds the place while the caller is still in the machine's mount namespace, and clears it of what
 * an earlier keeper has left. Nothing can be lent where that fails. `folder`: the node's. */
void lent_prepare(const char *folder);

/* What the functions below need open. */
void lent_descriptors(int descriptors[LENT_DESCRIPTORS]);

/* The functions below answer 0 or an errno, and are for a child that ends after them: they move to
 * the machine's mounts. */

/* Makes a place that has nothing but a file of its own name, by which who waits in it sees that
 * nothing was lent there yet. A mount of its own, whose copies get what is mounted on it later: so
 * a container that was made before has that too, and nothing that is lent elsewhere. */
int lent_place(const char *name);

/* Lends the image whose root is open, under `name`, as the user of the namespace `owner` sees it,
 * as ORIEN_JAIL_LEND_ has it; and takes it back, with its place, whoever still has something of it
 * open. */
int lent_attach(int root, int owner, const char *name, unsigned how);
int lent_detach(const char *name);

/* Takes everything back. */
void lent_clear(void);
