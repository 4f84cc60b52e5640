/* What the plugin has of the system: the files of machines, the sockets by which QEMU is asked, and
 * time. Each call but `machines_now` answers with the negative of an errno where it fails. */
#pragma once
#include <errno.h>
#include <stddef.h>
#include <stdint.h>

enum { MACHINES_ABSENT = -ENOENT, MACHINES_FULL = -ENOSPC, MACHINES_OVER_QUOTA = -EDQUOT };

/* Makes a folder that may be there already. */
int machines_make_folder(const char *path);
/* Removes a folder with the files in it; one that is not there is removed. */
int machines_remove_folder(const char *path);
/* The names in a folder, each with a NUL behind it. How many bytes these are; -E2BIG where they do
 * not fit. */
long machines_list(const char *path, char *names, size_t room);

/* Writes a file, in the place of any, so that it survives a crash. */
int machines_write(const char *path, const void *bytes, size_t count);
/* Reads the first bytes of a regular file, as many as fit. */
long machines_read(const char *path, void *bytes, size_t room);
/* Gives a file a second name, in the place of any: it stays when the first one goes. */
int machines_link(const char *path, const char *other);

/* Milliseconds on CLOCK_MONOTONIC. */
uint64_t machines_now(void);

/* The stream of a Unix socket, which blocks nowhere. -ENOENT, -ECONNREFUSED: nobody listens. */
int machines_connect(const char *path);
void machines_close(int stream);
/* Waits until the stream can be read (or written), `cancelled` (or -1) can be read, or `until`. -1:
 * no stream, only the rest. 1: it can; 0: the time is over; -ECANCELED. */
int machines_wait(int stream, int writing, int cancelled, uint64_t until);
/* How many bytes were taken or given; 0 of a read: the end; -EAGAIN: not now. */
long machines_take(int stream, void *bytes, size_t room);
long machines_give(int stream, const void *bytes, size_t count);
