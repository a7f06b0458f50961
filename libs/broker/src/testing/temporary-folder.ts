import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new empty folder, and the function that removes it with all that is in it. */
export function createTemporaryFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'rocket-nest-broker-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
