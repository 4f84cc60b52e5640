#!/usr/bin/env python3
"""How many rows a second SQLite takes durably, one transaction a row: rowwise.py FILE SECONDS

The table and the row are an accept's; WAL and synchronous=FULL are what the ledger promises too.
"""

import json
import sqlite3
import sys
import time
import uuid


def main():
    path, seconds = sys.argv[1], float(sys.argv[2])
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE IF NOT EXISTS executions (id TEXT PRIMARY KEY, session TEXT,"
                     " tool TEXT, arguments TEXT, status TEXT, accepted INTEGER) STRICT")
    rows, end = 0, time.monotonic() + seconds
    began = time.monotonic()
    while time.monotonic() < end:
        row = (str(uuid.uuid4()), "bench", "echo", '{"message":"hello"}', "pending", rows)
        database.execute("INSERT INTO executions VALUES (?, ?, ?, ?, ?, ?)", row)
        rows += 1
    print(json.dumps({"perSecond": rows / (time.monotonic() - began)}))


if __name__ == "__main__":
    main()
