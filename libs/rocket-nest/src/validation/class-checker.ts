import type { Type } from '@nestjs/common';
import { errorMessageOf } from '@rocket-nest/common';
import { RejectToDlq } from '../errors/reject-to-dlq';
import { RocketConfigError } from '../errors/rocket-config-error';

/** The parts of class-validator and class-transformer that are used, both optional. */
interface ClassValidator {
  getMetadataStorage(): {
    getTargetValidationMetadatas(
      target: Type<unknown>,
      schema: string,
      always: boolean,
      strictGroups: boolean,
    ): unknown[];
  };
  validate(value: object, options?: object): Promise<ValidationError[]>;
}
interface ClassTransformer {
  plainToInstance(type: Type<unknown>, value: unknown): object;
}
interface ValidationError {
  readonly property: string;
  readonly constraints?: Readonly<Record<string, string>>;
  readonly children?: readonly ValidationError[];
}

/** Options of class-validator's `validate`, such as `whitelist` and `forbidNonWhitelisted`. */
export type ClassValidationOptions = Readonly<Record<string, unknown>>;

/** Makes an instance of its class from a value, or rejects with RejectToDlq. */
export type ClassChecker = (value: unknown) => Promise<object>;

/**
 * The checks that a class has by decorators of class-validator; undefined when it has none.
 * Throws a RocketConfigError when class-transformer is missing, which makes the instances.
 */
export function classCheckerOf(
  type: Type<unknown>,
  place: string,
  options: ClassValidationOptions = {},
): ClassChecker | undefined {
  const validator = optional<ClassValidator>(
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an optional peer
    () => require('class-validator') as ClassValidator,
  );
  const checks = validator
    ?.getMetadataStorage()
    .getTargetValidationMetadatas(type, '', false, false);
  if (!validator || !checks || checks.length === 0) return undefined;
  const transformer = optional<ClassTransformer>(
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an optional peer
    () => require('class-transformer') as ClassTransformer,
  );
  if (!transformer) {
    throw new RocketConfigError(
      `the body of ${place} is a ${type.name} with class-validator decorators, which needs ` +
        'class-transformer: npm install class-transformer',
    );
  }
  return async (value) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) {
      throw new RejectToDlq(`the body is no ${type.name}: it is ${describeValue(value)}`);
    }
    const instance = transformer.plainToInstance(type, value);
    const errors = await validator.validate(instance, options);
    if (errors.length > 0) {
      throw new RejectToDlq(`the body is no valid ${type.name}: ${describeErrors(errors)}`);
    }
    return instance;
  };
}

/** Undefined when it is not installed; what is broken otherwise is told. */
function optional<T>(load: () => T): T | undefined {
  try {
    return load();
  } catch (error) {
    if ((error as { code?: unknown }).code === 'MODULE_NOT_FOUND') return undefined;
    throw new RocketConfigError(`an optional package does not load: ${errorMessageOf(error)}`);
  }
}

function describeValue(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

function describeErrors(errors: readonly ValidationError[], path = ''): string {
  const texts = errors.flatMap(({ property, constraints, children }) => {
    const own = Object.values(constraints ?? {}).map((text) => path + text);
    const nested = children?.length ? [describeErrors(children, `${path}${property}.`)] : [];
    return [...own, ...nested];
  });
  return texts.join('; ');
}
