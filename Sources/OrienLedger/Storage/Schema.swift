import OrienModel

/// The tables, as the steps that made them. A step that has shipped never changes: what is to be
/// different is one more step.
///
/// A table grows at its end alone: a random key would touch a page of its own for every row, so the
/// id that customers see has no index; it carries its row's number (`ExecutionMint`).
enum Schema {
  /// "ORLG", in the file's header: tells a ledger from any other SQLite file.
  static let applicationID: Int64 = 0x4F52_4C47

  /// What every ledger begins with: whose it is. Migrations come on top.
  static let identity = """
    PRAGMA application_id = \(applicationID);
    CREATE TABLE facts (
      name TEXT PRIMARY KEY,
      value ANY NOT NULL
    ) STRICT, WITHOUT ROWID;
    """

  static let migrations = [
    """
    -- One row an execution, from its acceptance until it is forgotten.
    CREATE TABLE executions (
      number INTEGER PRIMARY KEY,
      id BLOB NOT NULL,
      owner TEXT NOT NULL,
      session TEXT NOT NULL,
      tool TEXT NOT NULL,
      status INTEGER NOT NULL,
      accepted_at INTEGER NOT NULL,
      running_at INTEGER,
      has_secrets INTEGER NOT NULL,
      position INTEGER,
      idempotency_key BLOB,
      idempotency_body BLOB,
      arguments BLOB
    ) STRICT;
    -- What a start after a crash has to deal with.
    CREATE INDEX executions_open ON executions (number) WHERE status < 2;
    CREATE UNIQUE INDEX executions_idempotency ON executions (idempotency_key)
      WHERE idempotency_key IS NOT NULL;

    -- Final records in the order of the chain, as the bytes that were hashed.
    CREATE TABLE records (
      position INTEGER PRIMARY KEY,
      number INTEGER NOT NULL,
      completed_at INTEGER NOT NULL,
      hash BLOB NOT NULL,
      record BLOB NOT NULL
    ) STRICT;
    -- What the executions wrote; a NULL is empty or in a file. Forgotten before the records are.
    CREATE TABLE outputs (
      position INTEGER PRIMARY KEY,
      kept_bytes INTEGER NOT NULL,
      output BLOB,
      errors BLOB
    ) STRICT;
    -- Signatures of the chain up to a position.
    CREATE TABLE heads (
      position INTEGER PRIMARY KEY,
      signature BLOB NOT NULL
    ) STRICT;
    -- Where the chain begins once older records are forgotten.
    CREATE TABLE checkpoint (
      only INTEGER PRIMARY KEY CHECK (only = 1),
      position INTEGER NOT NULL,
      hash BLOB NOT NULL,
      signature BLOB NOT NULL
    ) STRICT;

    CREATE TABLE sessions (
      owner TEXT NOT NULL,
      session TEXT NOT NULL,
      folder TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      last_used_at INTEGER NOT NULL,
      is_leaving INTEGER NOT NULL,
      PRIMARY KEY (owner, session)
    ) STRICT, WITHOUT ROWID;

    -- A revision is the row's number, and AUTOINCREMENT never gives one out twice.
    CREATE TABLE plugin_state (
      revision INTEGER PRIMARY KEY AUTOINCREMENT,
      plugin TEXT NOT NULL,
      key TEXT NOT NULL,
      value BLOB NOT NULL,
      UNIQUE (plugin, key)
    ) STRICT;

    INSERT INTO facts VALUES ('kept_bytes', 0);
    """,
    """
    -- How many records a signature covers, which it signs too; NULL in those of schema 1.
    ALTER TABLE heads ADD COLUMN covers INTEGER;
    ALTER TABLE sessions DROP COLUMN is_leaving;
    """,
    """
    -- Outputs alone are counted: records are not what their bound is for.
    UPDATE facts SET value = (SELECT coalesce(sum(kept_bytes), 0) FROM outputs)
      WHERE name = 'kept_bytes';
    """,
    """
    -- What a start after a crash has to deal with lies in these spans of 256 numbers (`OpenSpans`). An
    -- index of open rows would be written twice for each execution.
    CREATE TABLE open_spans (span INTEGER PRIMARY KEY) STRICT;
    INSERT INTO open_spans SELECT DISTINCT number >> 8 FROM executions WHERE status < 2;
    DROP INDEX executions_open;
    """,
    """
    -- What backends of roles were asked to change. Without an outcome nobody knows whether it happened.
    CREATE TABLE operations (
      number INTEGER PRIMARY KEY,
      id TEXT NOT NULL,
      role TEXT NOT NULL,
      operation TEXT NOT NULL,
      plugin TEXT NOT NULL,
      arguments BLOB NOT NULL,
      begun_at INTEGER NOT NULL,
      ended_at INTEGER,
      outcome TEXT,
      detail BLOB,
      usage BLOB
    ) STRICT;
    CREATE UNIQUE INDEX operations_open ON operations (id) WHERE ended_at IS NULL;
    """,
    """
    -- What a caller asks of a call beside its arguments; NULL, as for most: nothing.
    ALTER TABLE executions ADD COLUMN terms BLOB;
    """,
    """
    -- Rented machines: one row each, from before anything is done for it.
    CREATE TABLE rentals (
      number INTEGER PRIMARY KEY,
      id TEXT NOT NULL,
      name TEXT NOT NULL,
      job TEXT NOT NULL,
      phase TEXT NOT NULL,
      record BLOB NOT NULL,
      ended_at INTEGER
    ) STRICT;
    CREATE UNIQUE INDEX rentals_open ON rentals (name) WHERE ended_at IS NULL;
    CREATE UNIQUE INDEX rentals_id ON rentals (id);
    CREATE INDEX rentals_job ON rentals (job);
    """,
    """
    -- Streams of money that pay for something: one row for each use, kept for good, so that none pays
    -- twice; and their collections, one row each, from before it is signed.
    CREATE TABLE streams (
      number INTEGER PRIMARY KEY,
      stream TEXT NOT NULL,
      holder TEXT NOT NULL,
      phase TEXT NOT NULL,
      record BLOB NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX streams_stream ON streams (stream) WHERE phase <> 'released';
    CREATE UNIQUE INDEX streams_holder ON streams (holder) WHERE phase <> 'released';
    CREATE TABLE collections (
      number INTEGER PRIMARY KEY,
      stream TEXT NOT NULL,
      state TEXT NOT NULL,
      record BLOB NOT NULL,
      ended_at INTEGER
    ) STRICT;
    CREATE UNIQUE INDEX collections_open ON collections (stream) WHERE ended_at IS NULL;
    CREATE INDEX collections_stream ON collections (stream);
    """,
    """
    -- Accounts of sessions that are paid for ahead. One ends with its session, and another session of
    -- that name has another.
    CREATE TABLE accounts (
      number INTEGER PRIMARY KEY,
      owner TEXT NOT NULL,
      session TEXT NOT NULL,
      record BLOB NOT NULL,
      ended_at INTEGER
    ) STRICT;
    CREATE UNIQUE INDEX accounts_open ON accounts (owner, session) WHERE ended_at IS NULL;
    -- While an execution is open: which account pays for it, and what is set aside there for it. What
    -- is set aside in all is never written down.
    ALTER TABLE executions ADD COLUMN account INTEGER;
    ALTER TABLE executions ADD COLUMN reserved INTEGER;
    -- A session's name may be that of another once it is over, and that is paid by another stream.
    DROP INDEX streams_holder;
    CREATE UNIQUE INDEX streams_holder ON streams (holder) WHERE phase = 'active';
    """,
    """
    -- By what a stream was claimed before, where nothing came of it.
    CREATE INDEX streams_released ON streams (stream) WHERE phase = 'released';
    -- Of the streams of that number, whatever chain and contract they are of, the newest first.
    CREATE INDEX collections_id ON collections (
      substr(
        substr(stream, instr(stream, ':') + 1),
        instr(substr(stream, instr(stream, ':') + 1), ':') + 1
      ), number
    );
    """,
  ]
}

extension Status {
  /// The numbers of the `status` column: below 2 an execution is open.
  var column: Int64 {
    switch self {
    case .pending: 0
    case .running: 1
    case .completed: 2
    case .failed: 3
    case .timeout: 4
    case .cancelled: 5
    case .lost: 6
    }
  }

  init?(column: Int64) {
    guard let status = Status.allCases.first(where: { $0.column == column }) else { return nil }
    self = status
  }
}
