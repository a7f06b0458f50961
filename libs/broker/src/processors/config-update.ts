import { parseConfigValue, parseProperties } from '@rocket-nest/common/internal';
import type { ConfigSchema } from '@rocket-nest/common/internal';

/** `REFUSED`: nothing was changed, and `remark` says why. */
export type ConfigUpdateResult =
  | { readonly status: 'UPDATED'; readonly names: readonly string[] }
  | { readonly status: 'NOT_ALLOWED' | 'INVALID'; readonly remark: string };

/**
 * Applies properties text of an admin to the values in `targets` (each property belongs to the one
 * that has it). Only typed properties marked updatable are changed, and either all or none.
 */
export function applyConfigUpdate(
  text: string,
  schema: ConfigSchema,
  targets: readonly object[],
): ConfigUpdateResult {
  const changes: { readonly target: object; readonly name: string; readonly value: unknown }[] = [];
  for (const { name, value } of parseProperties(text, 'request')) {
    const property = Object.hasOwn(schema, name) ? schema[name] : undefined;
    const target = targets.find((candidate) => Object.hasOwn(candidate, name));
    if (property?.updatable !== true || !target) {
      return {
        status: 'NOT_ALLOWED',
        remark: `${name} cannot be changed while the broker runs: change its file and start it again`,
      };
    }
    const parsed = parseConfigValue(property, value);
    if ('problem' in parsed) {
      return { status: 'INVALID', remark: `${name}: ${parsed.problem}; ${parsed.fix}` };
    }
    changes.push({ target, name, value: parsed.value });
  }
  for (const { target, name, value } of changes) Object.assign(target, { [name]: value });
  return { status: 'UPDATED', names: changes.map((change) => change.name) };
}
