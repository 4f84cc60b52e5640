/* SQLite for Swift. */
#pragma once
#include <sqlite3.h>

/* The file system to open a database by each of whose commits is one write to the log. It is for
 * connections that are told, before they write, what it relies on: */
#define CSQLITE_WHOLE_COMMITS "orien-whole-commits"
/* that each commit is waited for, and that nothing is written before there is one. */
#define CSQLITE_WHOLE_COMMITS_TERMS "PRAGMA synchronous = FULL; PRAGMA cache_spill = OFF"

/* Codes whose arithmetic Swift does not follow. */
static const int CSQLITE_IOERR_WRITE = SQLITE_IOERR_WRITE;
static const int CSQLITE_IOERR_SHMSIZE = SQLITE_IOERR_SHMSIZE;

/* To be called once, before anything else of SQLite's: a result code of its own. */
int csqlite_prepare(void);
