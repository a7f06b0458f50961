import { errorMessageOf, type Logger } from '@rocket-nest/common';

/** Shows `context` to every hook; one that throws disturbs nobody. */
export function runHooks<H, C>(
  hooks: readonly H[],
  context: C,
  call: (hook: H, context: C) => void,
  logger: Logger,
): void {
  for (const hook of hooks) {
    try {
      call(hook, context);
    } catch (error) {
      logger.warn(`a hook threw: ${errorMessageOf(error)}`);
    }
  }
}
