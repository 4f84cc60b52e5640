#include "csqlite.h"

#include "log.h"

int csqlite_prepare(void) {
  // Nobody reads how much memory it has, and every allocation took a lock to count it. Where
  // somebody has used SQLite before it goes on counting.
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  return log_register();
}
