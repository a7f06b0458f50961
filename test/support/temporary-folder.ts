import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** Makes an empty folder below the system's temporary folder; remove it with `removeFolder`. */
export function makeTemporaryFolder(name: string): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), `rocket-nest-${name}-`));
}

export function removeFolder(folder: string): void {
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
