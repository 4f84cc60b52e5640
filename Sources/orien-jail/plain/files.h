/* Little files of the kernel: one line in, one text out. */
#pragma once
#include "linux.h"

/* Writes all of `text` at once; 0 or an errno. */
int file_write(int folder, const char *path, const char *text);

/* Reads at most `size - 1` bytes and ends them; their number, or -1 with errno. */
ssize_t file_read(int folder, const char *path, char *text, size_t size);

/* Makes the folders that lead to `path`, and `path` as one too where it `is_folder`; 0 or an
 * errno. */
int folder_make_way(int folder, const char *path, bool is_folder);

/* The number after `key` and a blank, at the start of a line ("oom_kill 3"); 0 where there is
 * none. */
uint64_t text_number(const char *text, const char *key);
