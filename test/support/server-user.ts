import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';

export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** Whom database servers run as where the test runs as root, which they refuse. */
export function serverUser(name: string): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const candidate of [name, 'nobody']) {
    try {
      const id = (option: string): number =>
        Number(execFileSync('id', [option, candidate], { stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      continue; // there is no such user
    }
  }
  throw new Error(`neither ${name} nor nobody is a user of this machine`);
}

/** Makes a folder that the server may write to. */
export function makeFolderFor(user: ServerUser | undefined, folder: string): void {
  fs.mkdirSync(folder, { recursive: true });
  if (user) fs.chownSync(folder, user.uid, user.gid);
}
