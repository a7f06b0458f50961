/** Where a broker kills itself; read by crashing-broker.cjs. */
export interface CrashPoint {
  readonly operation: 'write' | 'rename';
  /** `within` leaves the first half of a write's record. */
  readonly when: 'before' | 'within' | 'after';
  /** Part of the path of a written file; end of the new path of a renamed one. */
  readonly file: string;
  /** Only writes that hold a record of this topic. */
  readonly topic?: string;
  /** Only records with this in their properties, or without. */
  readonly has?: string;
  readonly lacks?: string;
  /** The process ends when it comes here for the n-th time, from 1. */
  readonly pass?: number;
}

export type NamedCrashPoint = readonly [name: string, point: CrashPoint];

type RecordMatch = Pick<CrashPoint, 'topic' | 'has' | 'lacks'>;

/** Before, amid and after the write of such a record into the commit log. */
export function aroundRecord(name: string, match: RecordMatch): NamedCrashPoint[] {
  return (['before', 'within', 'after'] as const).map((when) => [
    `${when} ${name}`,
    { operation: 'write', when, file: '/commitlog/', ...match },
  ]);
}

/** Before and after a file of `config` is written, and while only its backup is there. */
export function aroundFile(name: string, file: string): NamedCrashPoint[] {
  return [
    [`before ${name}`, { operation: 'write', when: 'before', file }],
    [`within ${name}`, { operation: 'rename', when: 'before', file }],
    [`after ${name}`, { operation: 'rename', when: 'after', file }],
  ];
}
