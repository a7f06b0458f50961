import type {
  RocketListenerOptions,
  RocketListenerOverrides,
} from '../decorators/rocket-listener-options';
import { RocketConfigError } from '../errors/rocket-config-error';
import type { RocketModuleOptions } from '../rocket-module-options';

function defined<T extends object>(values: T | undefined): Partial<T> {
  const entries = Object.entries(values ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<T>;
}

/** Applies module defaults, then the decorator, then the overrides by listener id. */
export function resolveListenerOptions(
  id: string,
  place: string,
  declared: RocketListenerOptions,
  module: Pick<RocketModuleOptions, 'defaults' | 'listeners'>,
): RocketListenerOptions {
  for (const key of ['topic', 'consumerGroup'] as const) {
    if (typeof declared[key] !== 'string' || declared[key] === '') {
      throw new RocketConfigError(`@RocketListener on ${place} needs '${key}'`);
    }
  }
  const overrides: RocketListenerOverrides | undefined = module.listeners?.[id];
  return {
    ...defined(module.defaults),
    ...defined(declared),
    ...defined(overrides),
  } as RocketListenerOptions;
}
