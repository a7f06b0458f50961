import { RocketError, errorCodeOf } from '../errors/rocket-error';

/**
 * Loads an optional peer when first needed. A `require`, since a native `import()` fails inside
 * Jest. `load` must call `require` with the literal name, so that bundlers see it.
 */
export function loadOptional<T>(name: string, purpose: string, load: () => T): T {
  try {
    return load();
  } catch (error) {
    const missing = errorCodeOf(error) === 'MODULE_NOT_FOUND';
    throw new RocketError(
      'CODEC_MISSING',
      missing
        ? `${purpose} needs the package "${name}": run "npm install ${name}"`
        : `${purpose} needs the package "${name}", which could not be loaded on this platform`,
      { cause: error },
    );
  }
}
