/** Problems told one by one; the others are counted. */
const MAX_PROBLEMS = 1000;

/** Gathers what is wrong, as lines. */
export class ProblemList {
  readonly problems: string[] = [];
  readonly notes: string[] = [];
  private untold = 0;

  add(message: string, fields?: Readonly<Record<string, unknown>>): void {
    if (this.problems.length >= MAX_PROBLEMS) {
      this.untold++;
      this.problems[MAX_PROBLEMS] = `and ${this.untold} more`;
      return;
    }
    const details = Object.entries(fields ?? {}).map(([name, value]) => `${name} ${String(value)}`);
    this.problems.push(details.length > 0 ? `${message} (${details.join(', ')})` : message);
  }

  note(message: string): void {
    this.notes.push(message);
  }
}
