/** PostgreSQL's code for a second row with the same key. */
const UNIQUE_VIOLATION = '23505';

/** Whether a row was refused because one with its key is there already. */
export function isUniqueViolation(error: unknown): boolean {
  const { driverError } = error as { driverError?: { code?: unknown } };
  return driverError?.code === UNIQUE_VIOLATION;
}
