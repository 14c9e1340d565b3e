/**
 * The database's schema, one numbered step after another: step n takes a database of version n - 1 to
 * version n. A step that was released is never edited; a change is a new step.
 *
 * `body` columns hold the domain's record as JSON; the other columns are what is searched by.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE runs (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX runs_by_status ON runs (status, created_at);

  CREATE TABLE claims (key TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE slots (
    pool TEXT NOT NULL,
    holder TEXT NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (pool, holder)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE runners (
    run TEXT PRIMARY KEY,
    instance TEXT NOT NULL,
    until INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE stages (
    position INTEGER PRIMARY KEY,
    run TEXT NOT NULL,
    role TEXT NOT NULL,
    round INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    boot_hash TEXT NOT NULL UNIQUE,
    boot_expires INTEGER NOT NULL,
    session_hash TEXT UNIQUE,
    body TEXT NOT NULL,
    UNIQUE (run, role, round, attempt)
  ) STRICT;

  CREATE TABLE calls (
    run TEXT NOT NULL,
    call TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    dollars REAL NOT NULL,
    usage TEXT,
    PRIMARY KEY (run, call)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE effects (
    position INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    run TEXT NOT NULL,
    kind TEXT NOT NULL,
    receipt TEXT
  ) STRICT;
  CREATE INDEX effects_by_run ON effects (run);

  CREATE TABLE inbox (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    body_hash TEXT NOT NULL UNIQUE,
    semantic_key TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    note TEXT
  ) STRICT;
  CREATE INDEX inbox_pending ON inbox (position) WHERE note IS NULL;

  CREATE TABLE events (
    run TEXT NOT NULL,
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL,
    bytes TEXT NOT NULL,
    PRIMARY KEY (run, seq)
  ) STRICT;
  CREATE TABLE outbox (
    run TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (run, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE seals (
    run TEXT PRIMARY KEY,
    manifest TEXT NOT NULL,
    checkpoint TEXT,
    public_key TEXT
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE INDEX runs_by_issue ON runs (
    json_extract(body, '$.repository.forge'),
    json_extract(body, '$.repository.name'),
    json_extract(body, '$.issue'),
    created_at
  );
  CREATE TABLE cursors (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE admissions (
    run TEXT PRIMARY KEY,
    repository TEXT NOT NULL,
    day TEXT NOT NULL,
    dollars REAL NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX admissions_by_day ON admissions (repository, day);
  CREATE TABLE pauses (name TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `,
];
