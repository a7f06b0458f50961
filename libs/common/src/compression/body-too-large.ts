import { RocketError } from '../errors/rocket-error';

export function bodyTooLarge(codec: string, limitBytes: number, cause?: unknown): RocketError {
  return new RocketError(
    'BODY_TOO_LARGE',
    `the ${codec} compressed body grows beyond ${limitBytes} bytes: raise the limit if it is trusted`,
    { cause },
  );
}
