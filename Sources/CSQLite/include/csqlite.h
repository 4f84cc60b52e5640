/* SQLite for Swift. */
#pragma once
#include <sqlite3.h>

/* The file system to open a database by each of whose commits is one write to the log. It relies on
 * the connection waiting for each commit (synchronous FULL) and writing nothing before there is one
 * (cache_spill OFF). */
#define CSQLITE_WHOLE_COMMITS "orien-whole-commits"

/* Codes whose arithmetic Swift does not follow. */
static const int CSQLITE_IOERR_WRITE = SQLITE_IOERR_WRITE;
static const int CSQLITE_IOERR_SHMSIZE = SQLITE_IOERR_SHMSIZE;

/* To be called once, before anything else of SQLite's: a result code of its own. */
int csqlite_prepare(void);
