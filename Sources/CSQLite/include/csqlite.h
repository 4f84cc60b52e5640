/* SQLite for Swift. */
#pragma once
#include <sqlite3.h>

/* The file system to open a database by whose commits are all synced (`synchronous=FULL`): each is
 * one write to the log. */
#define CSQLITE_WHOLE_COMMITS "orien-whole-commits"

/* To be called once, before anything else of SQLite's: a result code of its own. */
int csqlite_prepare(void);
