/** Tables of rocket-nest for MySQL 5.7 and MariaDB 10.3 and later of both. */
export const MYSQL_SCHEMA = `-- Tables of rocket-nest for MySQL 5.7, MariaDB 10.3 and later. Safe to run again.
-- Keys are compared byte for byte; the default collations take 'a', 'A' and 'a ' for the same.

-- How local transactions of transactional messages ended; one row a message.
CREATE TABLE IF NOT EXISTS rocket_tx_log (
  tx_id VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  note VARCHAR(255) CHARACTER SET utf8mb4 NOT NULL,
  created_at BIGINT NOT NULL,
  INDEX rocket_tx_log_created_at (created_at)
) ENGINE = InnoDB;

-- The id of this log, which half messages carry: a check that reaches a service with another
-- database must decide nothing. Do not copy this row into another database.
INSERT INTO rocket_tx_log (tx_id, state, note, created_at)
SELECT '#log-id', 'LOG_ID', REPLACE(UUID(), '-', ''), 9007199254740991 FROM (SELECT 1) AS one
WHERE NOT EXISTS (SELECT 1 FROM rocket_tx_log WHERE tx_id = '#log-id');

-- Messages whose effects are committed.
CREATE TABLE IF NOT EXISTS rocket_inbox (
  consumer_group VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  listener_id VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  message_key VARBINARY(1020) NOT NULL,
  instance VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  response MEDIUMTEXT CHARACTER SET utf8mb4,
  PRIMARY KEY (consumer_group, listener_id, message_key, instance),
  INDEX rocket_inbox_expires_at (expires_at)
) ENGINE = InnoDB;

-- Messages to be sent once their transaction has committed.
CREATE TABLE IF NOT EXISTS rocket_outbox (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  connection VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  unique_key VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL UNIQUE,
  topic VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  order_key VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
  properties MEDIUMTEXT CHARACTER SET utf8mb4 NOT NULL,
  body LONGBLOB NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  attempts INT NOT NULL,
  next_attempt_at BIGINT NOT NULL,
  last_error TEXT CHARACTER SET utf8mb4,
  created_at BIGINT NOT NULL,
  INDEX rocket_outbox_due (connection, state, id),
  INDEX rocket_outbox_order (connection, order_key, id)
) ENGINE = InnoDB;
`;
