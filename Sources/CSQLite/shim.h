/* SQLite for Swift. */
#pragma once
#include <sqlite3.h>

/* Variadic functions are invisible to Swift. To be called before anything else of SQLite's: it
 * counts its memory no more, which nobody reads and every allocation took a lock for. */
static inline int csqlite_count_no_memory(void) {
  return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* Room that a connection has for good for what it needs for a moment, so many pieces of so many
 * bytes: a row of ours is larger than what it has by itself. To be called first on it. */
static inline int csqlite_reserve(sqlite3 *connection, int bytes, int pieces) {
  return sqlite3_db_config(connection, SQLITE_DBCONFIG_LOOKASIDE, NULL, bytes, pieces);
}
