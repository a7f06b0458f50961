/** A source of chance that a seeded test can replace. */
export interface Random {
  /** A whole number from 0 up to, not including, `below`. */
  nextInt(below: number): number;
}
