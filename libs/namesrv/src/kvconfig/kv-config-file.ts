import { isJsonObject, parseJson, stringifyJson, type JsonValue } from '@rocket-nest/remoting';

/** Namespace -> key -> value. */
export type KVConfigTable = Map<string, Map<string, string>>;

/** The text of kvConfig.json: `{"configTable":{namespace:{key:value}}}`. */
export function formatKVConfigs(configTable: KVConfigTable): Buffer {
  return Buffer.from(stringifyJson({ configTable }));
}

/** Reads kvConfig.json; undefined when it is not such a file. Values that are no text are left out. */
export function parseKVConfigs(content: Buffer): KVConfigTable | undefined {
  const root = parsed(content);
  const namespaces = isJsonObject(root) ? root.configTable : undefined;
  if (!isJsonObject(namespaces)) return undefined;
  const table: KVConfigTable = new Map();
  for (const [namespace, keys] of Object.entries(namespaces)) {
    if (!isJsonObject(keys)) continue;
    const texts = Object.entries(keys).filter((entry) => typeof entry[1] === 'string');
    table.set(namespace, new Map(texts as [string, string][]));
  }
  return table;
}

function parsed(content: Buffer): JsonValue | undefined {
  try {
    return parseJson(content);
  } catch {
    return undefined;
  }
}
