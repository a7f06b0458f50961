/** What became of the transactional messages of one connection, counted since the start. */
export class TransactionStats {
  /** Local transactions that committed. */
  committed = 0;
  /** Methods that threw, whose messages were dropped. */
  rolledBack = 0;
  /** Commits that failed without an answer; checks decide. */
  inDoubt = 0;
  /** Answers to checks. */
  checkedCommit = 0;
  checkedRollback = 0;
  checkedUnknown = 0;
  /** Half messages that nobody can decide any more, or not here: someone has to look. */
  alarms = 0;
}
