/** Properties of half messages by which any instance of a service can answer a check. */
export const TransactionProperty = {
  /** Id of the transaction log that holds the row. */
  LOG_ID: 'ROCKET_TX_LOG',
  /** Its name in the service that sent the message, for log lines. */
  LOG_NAME: 'ROCKET_TX_LOG_NAME',
  /** Which `@TransactionCheck` answers where there is no log. */
  ROUTE: 'ROCKET_TX_ROUTE',
} as const;
