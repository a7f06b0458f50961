import { readFileSync } from 'node:fs';

/** Tells processes apart, also after their numbers were given out again. */
export interface ProcessProbe {
  readonly pid: number;
  /** Identity of a running process beyond its number (start time), '' where it cannot be told. */
  startMark(pid: number): string;
  isAlive(pid: number): boolean;
}

/** The operating system's processes. */
export class SystemProcessProbe implements ProcessProbe {
  readonly pid = process.pid;

  startMark(pid: number): string {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      // Fields behind the command, which may hold spaces and parentheses: the 20th is the start time.
      const startTicks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
      const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
      return `${bootId}:${startTicks}`;
    } catch {
      return '';
    }
  }

  isAlive(pid: number): boolean {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return (error as { code?: string }).code === 'EPERM';
    }
  }
}
