import { realSetImmediate } from './real-timers';

/** Work that is done once for all that one turn of the event loop brought. */
export interface TurnTask {
  runAtTurnEnd(): void;
}

/**
 * Collects work until every socket of this event-loop turn has been read: first the stores commit
 * (one write for all that the turn received), then the connections flush (one write per socket for
 * all that the commits answered). Tasks deferred while the turn ends run in the same turn.
 */
export class EventLoopTurn {
  private commits: TurnTask[] = [];
  private flushes: TurnTask[] = [];
  private scheduled = false;
  private readonly end = (): void => this.runAll();

  /** Runs `task` once at the end of this turn, before any flush. */
  deferCommit(task: TurnTask): void {
    this.commits.push(task);
    this.schedule();
  }

  /** Runs `task` once at the end of this turn, after the commits. */
  deferFlush(task: TurnTask): void {
    this.flushes.push(task);
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    realSetImmediate(this.end);
  }

  private runAll(): void {
    try {
      while (this.commits.length > 0 || this.flushes.length > 0) {
        if (this.commits.length > 0) this.runCommits();
        else this.runFlushes();
      }
    } finally {
      this.scheduled = false;
      if (this.commits.length > 0 || this.flushes.length > 0) this.schedule();
    }
  }

  private runCommits(): void {
    const batch = this.commits;
    this.commits = [];
    let next = 0;
    try {
      while (next < batch.length) batch[next++].runAtTurnEnd();
    } finally {
      // One that throws must not take the others' work with it: they run in the next turn.
      if (next < batch.length) this.commits = batch.slice(next).concat(this.commits);
    }
  }

  private runFlushes(): void {
    const batch = this.flushes;
    this.flushes = [];
    let next = 0;
    try {
      while (next < batch.length) batch[next++].runAtTurnEnd();
    } finally {
      if (next < batch.length) this.flushes = batch.slice(next).concat(this.flushes);
    }
  }
}
