-- Tables of rocket-nest for PostgreSQL 10 and later. Safe to run again.

-- How local transactions of transactional messages ended; one row a message.
CREATE TABLE IF NOT EXISTS rocket_tx_log (
  tx_id VARCHAR(255) PRIMARY KEY,
  state VARCHAR(16) NOT NULL,
  note VARCHAR(255) NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS rocket_tx_log_created_at ON rocket_tx_log (created_at);

-- The id of this log, which half messages carry: a check that reaches a service with another
-- database must decide nothing. Do not copy this row into another database.
INSERT INTO rocket_tx_log (tx_id, state, note, created_at)
VALUES ('#log-id', 'LOG_ID', md5(random()::text || clock_timestamp()::text), 9007199254740991)
ON CONFLICT DO NOTHING;

-- Messages whose effects are committed.
CREATE TABLE IF NOT EXISTS rocket_inbox (
  consumer_group VARCHAR(255) NOT NULL,
  listener_id VARCHAR(255) NOT NULL,
  message_key VARCHAR(255) NOT NULL,
  instance VARCHAR(128) NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  response TEXT,
  PRIMARY KEY (consumer_group, listener_id, message_key, instance)
);
CREATE INDEX IF NOT EXISTS rocket_inbox_expires_at ON rocket_inbox (expires_at);

-- Messages to be sent once their transaction has committed.
CREATE TABLE IF NOT EXISTS rocket_outbox (
  id BIGSERIAL PRIMARY KEY,
  connection VARCHAR(128) NOT NULL,
  unique_key VARCHAR(255) NOT NULL UNIQUE,
  topic VARCHAR(255) NOT NULL,
  order_key VARCHAR(255),
  properties TEXT NOT NULL,
  body BYTEA NOT NULL,
  state VARCHAR(16) NOT NULL,
  attempts INTEGER NOT NULL,
  next_attempt_at BIGINT NOT NULL,
  last_error TEXT,
  created_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS rocket_outbox_due ON rocket_outbox (connection, state, id);
CREATE INDEX IF NOT EXISTS rocket_outbox_order ON rocket_outbox (connection, order_key, id);
