/* SQLite for Swift. */
#pragma once
#include <sqlite3.h>

/* Variadic functions are invisible to Swift. To be called before anything else of SQLite's: it
 * counts its memory no more, which nobody reads and every allocation took a lock for. */
static inline int csqlite_count_no_memory(void) {
  return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
