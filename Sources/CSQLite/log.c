/* SQLite writes each page of its log in two pieces, a header and the page, all of them one behind
 * the other, and then waits for the disk. Here they gather until somebody waits, reads or jumps.
 *
 * What gathers only this file sees, and only while SQLite writes a commit to it: others are told of
 * a commit once it is synced, and what is not committed stays in memory (see csqlite.h). */
#include "log.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "csqlite.h"

/* 30 pages with their headers. Of 128 KiB and more at once SQLite's own files say that the disk is
 * full. */
enum { ROOM = 124 << 10 };

struct log {
  sqlite3_file as_file;
  /* Where what has gathered belongs. */
  sqlite3_int64 start;
  int count;
  unsigned char *gathered;
};

static sqlite3_vfs *system_files, whole_commits;

static struct log *log_of(sqlite3_file *file) { return (struct log *)file; }

/* The file of the system's, which lies right behind. */
static sqlite3_file *below(sqlite3_file *file) { return (sqlite3_file *)(log_of(file) + 1); }

/* SQLite says of a full disk that it is full, and of a quota that nobody knows what is wrong. */
static int told(sqlite3_file *file, int result) {
  int number = 0;
  if (result != SQLITE_IOERR_WRITE) return result;
  below(file)->pMethods->xFileControl(below(file), SQLITE_FCNTL_LAST_ERRNO, &number);
  return number == EDQUOT ? SQLITE_FULL : result;
}

/* What cannot be written is given up: whoever hears that takes its transaction back. */
static int put(sqlite3_file *file) {
  struct log *log = log_of(file);
  int count = log->count;
  log->count = 0;
  if (count == 0) return SQLITE_OK;
  return told(
      file, below(file)->pMethods->xWrite(below(file), log->gathered, count, log->start));
}

static int log_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 at) {
  struct log *log = log_of(file);
  if (at != log->start + log->count || count > ROOM - log->count) {
    int result = put(file);
    if (result != SQLITE_OK) return result;
    log->start = at;
  }
  if (count > ROOM)
    return told(file, below(file)->pMethods->xWrite(below(file), bytes, count, at));
  memcpy(log->gathered + log->count, bytes, (size_t)count);
  log->count += count;
  return SQLITE_OK;
}

static int log_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 at) {
  int result = put(file);
  return result ? result : below(file)->pMethods->xRead(below(file), bytes, count, at);
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size) {
  int result = put(file);
  return result ? result : below(file)->pMethods->xTruncate(below(file), size);
}

static int log_sync(sqlite3_file *file, int flags) {
  int result = put(file);
  return result ? result : below(file)->pMethods->xSync(below(file), flags);
}

static int log_size(sqlite3_file *file, sqlite3_int64 *size) {
  int result = put(file);
  return result ? result : below(file)->pMethods->xFileSize(below(file), size);
}

/* What it has not waited for is no commit. */
static int log_close(sqlite3_file *file) {
  free(log_of(file)->gathered);
  return below(file)->pMethods->xClose(below(file));
}

static int log_lock(sqlite3_file *file, int kind) {
  return below(file)->pMethods->xLock(below(file), kind);
}

static int log_unlock(sqlite3_file *file, int kind) {
  return below(file)->pMethods->xUnlock(below(file), kind);
}

static int log_is_reserved(sqlite3_file *file, int *is_reserved) {
  return below(file)->pMethods->xCheckReservedLock(below(file), is_reserved);
}

static int log_control(sqlite3_file *file, int what, void *argument) {
  return below(file)->pMethods->xFileControl(below(file), what, argument);
}

static int log_sector(sqlite3_file *file) {
  return below(file)->pMethods->xSectorSize(below(file));
}

static int log_traits(sqlite3_file *file) {
  return below(file)->pMethods->xDeviceCharacteristics(below(file));
}

static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = log_close,
    .xRead = log_read,
    .xWrite = log_write,
    .xTruncate = log_truncate,
    .xSync = log_sync,
    .xFileSize = log_size,
    .xLock = log_lock,
    .xUnlock = log_unlock,
    .xCheckReservedLock = log_is_reserved,
    .xFileControl = log_control,
    .xSectorSize = log_sector,
    .xDeviceCharacteristics = log_traits,
};

static int log_open(sqlite3_vfs *files, const char *name, sqlite3_file *file, int flags,
                    int *opened) {
  (void)files;
  if (!(flags & SQLITE_OPEN_WAL))
    return system_files->xOpen(system_files, name, file, flags, opened);
  struct log *log = log_of(file);
  *log = (struct log){.gathered = malloc(ROOM)};
  if (!log->gathered) return SQLITE_NOMEM;
  int result = system_files->xOpen(system_files, name, below(file), flags, opened);
  if (result == SQLITE_OK) log->as_file.pMethods = &methods;
  else free(log->gathered);
  return result;
}

int log_register(void) {
  system_files = sqlite3_vfs_find(NULL);
  if (!system_files) return SQLITE_ERROR;
  whole_commits = *system_files;
  whole_commits.zName = CSQLITE_WHOLE_COMMITS;
  whole_commits.szOsFile += (int)sizeof(struct log);
  whole_commits.xOpen = log_open;
  return sqlite3_vfs_register(&whole_commits, 0);
}
