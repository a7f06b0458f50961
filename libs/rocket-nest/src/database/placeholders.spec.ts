import { numberPlaceholders, splitAtPlaceholders } from './placeholders';

describe('placeholders', () => {
  it('are numbered in their order', () => {
    expect(numberPlaceholders('UPDATE t SET a = ?, b = ? WHERE c = ?')).toBe(
      'UPDATE t SET a = $1, b = $2 WHERE c = $3',
    );
  });

  it('are no question marks inside quotes and comments', () => {
    const sql = `SELECT '?', 'it''s ?', "?", \`?\` -- ?\nWHERE a = ?`;
    expect(splitAtPlaceholders(sql)).toHaveLength(2);
    expect(numberPlaceholders(sql)).toBe(sql.replace(/\?$/, '$1'));
  });

  it('leaves a statement without any as it is', () => {
    expect(numberPlaceholders('SELECT 1')).toBe('SELECT 1');
  });
});
