/** Runs tasks of one key one after the other, in the order they came; other keys do not wait. */
export class KeyedSequence {
  private readonly last = new Map<string, Promise<unknown>>();

  isIdle(key: string): boolean {
    return !this.last.has(key);
  }

  run<T>(key: string, task: () => T | Promise<T>): Promise<T> {
    const before = this.last.get(key) ?? Promise.resolve();
    const result = before.then(task, task);
    this.last.set(key, result);
    const forget = (): void => {
      if (this.last.get(key) === result) this.last.delete(key);
    };
    result.then(forget, forget);
    return result;
  }
}
