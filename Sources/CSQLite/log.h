#pragma once

/* Makes the file system `CSQLITE_WHOLE_COMMITS` known to SQLite: a result code. */
int log_register(void);
