import { isDuplicateKeyError, isMissingTableError, isRetryableError } from './sql-error-codes';

describe('what a failed statement means', () => {
  it('is found in the error of the driver, however it is wrapped', () => {
    const driverError = Object.assign(new Error('duplicate'), { code: '23505' });
    const typeOrm = Object.assign(new Error('QueryFailedError'), { driverError });
    const drizzle = new Error('Failed query', { cause: driverError });
    for (const error of [driverError, typeOrm, drizzle, new Error('', { cause: typeOrm })]) {
      expect(isDuplicateKeyError('postgres', error)).toBe(true);
      expect(isRetryableError('postgres', error)).toBe(false);
    }
  });

  it('is told by number where a driver gives no name', () => {
    expect(isDuplicateKeyError('mysql', { errno: 1062 })).toBe(true);
    expect(isRetryableError('mysql', { errno: 1205 })).toBe(true);
    expect(isRetryableError('mysql', { code: 'ER_LOCK_DEADLOCK' })).toBe(true);
  });

  it('is read from the words of SQLite', () => {
    expect(isDuplicateKeyError('sqlite', new Error('UNIQUE constraint failed: t.a'))).toBe(true);
    expect(isMissingTableError('sqlite', new Error('no such table: t'))).toBe(true);
    expect(isRetryableError('sqlite', { code: 'SQLITE_BUSY' })).toBe(true);
  });

  it('takes other failures and other values for nothing', () => {
    for (const error of [new Error('x'), undefined, null, 'text', { code: '23503' }]) {
      expect(isDuplicateKeyError('postgres', error)).toBe(false);
      expect(isRetryableError('mysql', error)).toBe(false);
    }
  });

  it('ends with causes that lead back to themselves', () => {
    const error = new Error('round');
    error.cause = error;
    expect(isDuplicateKeyError('postgres', error)).toBe(false);
  });
});
