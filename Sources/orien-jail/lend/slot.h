/* A slot is what one jail has at a time: a user of the machine, the workspace as that user sees it,
 * which on the disk stays the node's, and a network namespace without any network. Jails that
 * shared one would see each other's sockets in /proc/net, and take names and ports from each
 * other. */
#pragma once
#include "../walls/walls.h"

/* Makes ready what the calls below need of slot `slot`, once; 0 or an errno. */
int slot_prepare(const struct walls *walls, unsigned slot);

/* Its network namespace; -1: there is none. */
int slot_network(unsigned slot);

/* A user namespace in which what `user` and `group` have on the machine is the slot's user's, the
 * caller's to close; -1: there is none, or with errno. */
int slot_owner_of_files(const struct walls *walls, unsigned slot, uid_t user, gid_t group);

/* The user namespace that it is to be in, where that is not everybody's; -1: there is none. */
int slot_owner(const struct walls *walls, unsigned slot);

/* The folder as a mount that is attached nowhere yet, which only the slot's user may write to, and
 * not even that one where it reads only; -1 with errno. For the launcher, who sees the node's
 * folders; the slot has been prepared. */
int slot_lend(const struct walls *walls, unsigned slot, int folder, bool reads_only);

/* Whether the folder at `path` can be shown so to the user of the namespace `owner`; 0 or an
 * errno. */
int slot_try(int owner, const char *path);
