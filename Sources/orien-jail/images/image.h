/* One image, from the steward's folder, which is the working one. */
#pragma once
#include "images.h"

enum { IMAGE_PATH_BYTES = 64 };

/* Where it is mounted, and a session's file. */
void image_place(const char *name, char path[IMAGE_PATH_BYTES]);
void image_file(const char *name, char path[IMAGE_PATH_BYTES]);

/* Opens the file and keeps everybody else from doing so for as long as it is open or mounted; -1
 * with errno, EWOULDBLOCK where somebody has it. */
int image_lock(const char *path);

/* Whether its file system was left in order; false too where there is none. */
bool image_is_clean(int file);

/* Mounts it at its place; 0 or an errno. */
int image_mount(int file, const char *name);

/* Reads what the first file in it will want, so that who makes that does not wait; 0 or an
 * errno. */
int image_begin(const char *name);

/* The root of what is mounted there; -1 with ENOENT where nothing is. */
int image_root(const char *name);

/* Whether what lies in it is his; and makes it so, for a child that ends after it, 0 or an
 * errno. All of one image is one user's. */
bool image_is_of(int root, const struct owner *owner);
int image_give(int root, const struct owner *owner);

/* Makes `path` a copy of the template, and locks it; -1 with errno. */
int image_copy(const char *template, const char *path);

/* Unmounts it, unless somebody has something of it open; 0 or an errno. */
int image_unmount(const char *name, int flags);
