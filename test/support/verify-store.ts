import * as fs from 'node:fs';
import * as path from 'node:path';
import { Program } from './program';
import { formatProperties, type Properties } from './servers';
import { makeTemporaryFolder, removeFolder } from './temporary-folder';

/** Two million messages take a few seconds. */
const LIMIT_MS = 300_000;

/**
 * Holds a store that no broker has open to be right in all its files, by `bin/mqadmin verifyStore`.
 * The properties are those of its broker that say how large files are. Returns what was printed.
 */
export async function verifyStore(store: string, properties: Properties = {}): Promise<string> {
  const { status, output } = await runVerifyStore(store, properties);
  if (status !== 0) throw new Error(`verifyStore ended with ${status}:\n${output}`);
  return output;
}

/** The same, whatever it finds. */
export async function runVerifyStore(
  store: string,
  properties: Properties = {},
): Promise<{ status: number | null; output: string }> {
  const folder = makeTemporaryFolder('verify-store');
  try {
    const config = path.join(folder, 'broker.conf');
    fs.writeFileSync(config, formatProperties(properties));
    const program = new Program('mqadmin', ['verifyStore', store, '-c', config], {}, LIMIT_MS);
    const { code, stdout, stderr } = await program.end();
    return { status: code, output: stdout + stderr };
  } finally {
    removeFolder(folder);
  }
}
