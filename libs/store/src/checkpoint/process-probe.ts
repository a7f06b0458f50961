import { readFileSync, statSync } from 'node:fs';

/** Tells processes apart, also after their numbers were given out again. */
export interface ProcessProbe {
  readonly pid: number;
  /** Identity of a running process beyond its number (start time), '' where it cannot be told. */
  startMark(pid: number): string;
  isAlive(pid: number): boolean;
  /** Process that holds a system lock on a file, as the original does; undefined where unknown. */
  systemLockHolder(path: string): number | undefined;
  /** Identity of the machine's boot, '' where it cannot be told. */
  bootMark(): string;
}

/** The operating system's processes. */
export class SystemProcessProbe implements ProcessProbe {
  readonly pid = process.pid;

  startMark(pid: number): string {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      // Fields behind the command, which may hold spaces and parentheses: the 20th is the start time.
      const startTicks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
      return `${this.bootMark()}:${startTicks}`;
    } catch {
      return '';
    }
  }

  systemLockHolder(path: string): number | undefined {
    try {
      const { dev, ino } = statSync(path);
      const hex = (value: number): string => value.toString(16).padStart(2, '0');
      const place = `${hex((dev >> 8) & 0xfff)}:${hex(dev & 0xff)}:${ino}`;
      // Lines such as `1: POSIX  ADVISORY  WRITE 4711 fe:00:1316 0 0`: process, device and inode.
      const lines = readFileSync('/proc/locks', 'latin1').split('\n');
      const fields = lines.map((line) => line.split(/\s+/)).find((line) => line[5] === place);
      return fields ? Number(fields[4]) : undefined;
    } catch {
      return undefined;
    }
  }

  bootMark(): string {
    try {
      return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
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
