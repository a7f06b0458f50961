import { RocketConfigError } from '../../errors/rocket-config-error';

/**
 * Loads a package that only some applications have. By `require`, as a native `import()` fails inside
 * Jest.
 */
export function requireOptional<T>(name: string, what: string): T {
  const found = tryRequire<T>(name);
  if (found !== undefined) return found;
  throw new RocketConfigError(`${what} needs the package ${name}: npm install ${name}`);
}

/** The same for a package that is made use of where it is installed. */
export function tryRequire<T>(name: string): T | undefined {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    return require(name) as T;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
