import { readFileSync } from 'node:fs';
import { errorCodeOf, errorMessageOf, RocketError } from '@rocket-nest/common';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a folder',
};

/** The text of a configuration file, empty without one. Throws CONFIG_INVALID naming the file. */
export function readConfigText(file: string | undefined): string {
  if (file === undefined) return '';
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = REASONS[errorCodeOf(error) ?? ''] ?? errorMessageOf(error);
    const message = `${file}: cannot be read, ${reason}; correct the path after -c`;
    throw new RocketError('CONFIG_INVALID', message, { cause: error });
  }
}
