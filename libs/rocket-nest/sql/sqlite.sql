-- Tables of rocket-nest for SQLite 3.24 and later. Safe to run again.

-- How local transactions of transactional messages ended; one row a message.
CREATE TABLE IF NOT EXISTS rocket_tx_log (
  tx_id TEXT NOT NULL PRIMARY KEY,
  state TEXT NOT NULL,
  note TEXT NOT NULL,
  created_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS rocket_tx_log_created_at ON rocket_tx_log (created_at);

-- The id of this log, which half messages carry: a check that reaches a service with another
-- database must decide nothing. Do not copy this row into another database.
INSERT OR IGNORE INTO rocket_tx_log (tx_id, state, note, created_at)
VALUES ('#log-id', 'LOG_ID', lower(hex(randomblob(16))), 9007199254740991);

-- Messages whose effects are committed.
CREATE TABLE IF NOT EXISTS rocket_inbox (
  consumer_group TEXT NOT NULL,
  listener_id TEXT NOT NULL,
  message_key TEXT NOT NULL,
  instance TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  response TEXT,
  PRIMARY KEY (consumer_group, listener_id, message_key, instance)
);
CREATE INDEX IF NOT EXISTS rocket_inbox_expires_at ON rocket_inbox (expires_at);

-- Messages to be sent once their transaction has committed.
CREATE TABLE IF NOT EXISTS rocket_outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  connection TEXT NOT NULL,
  unique_key TEXT NOT NULL UNIQUE,
  topic TEXT NOT NULL,
  order_key TEXT,
  properties TEXT NOT NULL,
  body BLOB NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  next_attempt_at INTEGER NOT NULL,
  last_error TEXT,
  created_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS rocket_outbox_due ON rocket_outbox (connection, state, id);
CREATE INDEX IF NOT EXISTS rocket_outbox_order ON rocket_outbox (connection, order_key, id);
