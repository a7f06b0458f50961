/** Something that a test waited for did not come; the text tells what did. */
export class HarnessTimeoutError extends Error {
  override readonly name = 'HarnessTimeoutError';
  readonly code = 'HARNESS_TIMEOUT';

  constructor(message: string, cause: unknown) {
    super(message, { cause });
  }
}
