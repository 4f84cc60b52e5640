/* Mounts that are attached nowhere yet, and attaching them. */
#pragma once
#include "../plain/linux.h"

/* A copy of what is mounted at `path`, with all beneath it where `flags` has AT_RECURSIVE, and with
 * these attributes (MOUNT_ATTR_*); -1 with errno. */
int mount_copy(const char *path, unsigned flags, uint64_t attributes);

/* Puts it at `at`; 0 or an errno. The descriptor stays the caller's. */
int mount_attach(int mount, const char *at);

/* Takes away what is mounted at `at`; 0 or an errno, EBUSY while anything of it is in use. */
int mount_detach(const char *at);
