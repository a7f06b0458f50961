import type { DataSource } from 'typeorm';

/** The schema of a service's tables, quoted for statements. */
export function schemaOf({ options }: DataSource): string {
  const { schema } = options as { schema?: string };
  return `"${schema ?? 'public'}"`;
}
