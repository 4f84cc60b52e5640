/* One folder of files that nobody else's link leads out of. Each call answers with the negative of
 * an errno where it fails. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* A descriptor of the folder, for the calls below. */
int folder_open(const char *path);
void folder_close(int folder);

/* The names of the regular files in it, each with a NUL behind it. How many bytes these are; -E2BIG
 * where they do not fit. */
long folder_list(int folder, char *names, size_t room);

/* Reads from `offset` on what fits; 0 at the end. */
long folder_read(int folder, const char *name, int64_t offset, void *bytes, size_t room);

/* Puts a whole file in the place of whatever file has that name: at no moment is there half of one,
 * and once this answers it survives a crash. `mode` 0644. */
int folder_put(int folder, const char *name, const void *bytes, size_t count);
int folder_rename(int folder, const char *name, const char *other);
int folder_remove(int folder, const char *name);

/* When it was last written to, in nanoseconds. */
int64_t folder_changed(int folder, const char *name);
