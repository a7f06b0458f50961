import { Inject } from '@nestjs/common';

export const DEFAULT_EXECUTOR_NAME = 'default';

/** Injection token of the `SqlExecutor` of that name. */
export function getSqlExecutorToken(name: string = DEFAULT_EXECUTOR_NAME): string {
  return `rocket-nest SqlExecutor (${name})`;
}

/** Injects the `SqlExecutor` of that name. */
export function InjectSqlExecutor(name?: string): ParameterDecorator & PropertyDecorator {
  return Inject(getSqlExecutorToken(name));
}
