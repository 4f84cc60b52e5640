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

/* Lends the image whose root is open, under `name`, as the user of the namespace `owner` sees it;
 * and takes it back, whoever still has something of it open. 0 or an errno. For a child that ends
 * after it: it moves to the machine's mounts. */
int lent_attach(int root, int owner, const char *name);
int lent_detach(const char *name);

/* Takes everything back. */
void lent_clear(void);
