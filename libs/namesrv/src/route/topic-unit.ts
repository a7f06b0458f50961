import type { TopicQueueTable } from './topic-queue-table';

/** Bits of a topic's system flag. */
const FLAG_UNIT = 1;
const FLAG_UNIT_SUB = 2;

/** Unit topics; topics with a unit subscription; those of the latter that are no unit topics. */
export type TopicUnitKind = 'UNIT' | 'HAS_UNIT_SUB' | 'HAS_UNIT_SUB_UNUNIT';

const TESTS: Readonly<Record<TopicUnitKind, (sysFlag: number) => boolean>> = {
  UNIT: (sysFlag) => (sysFlag & FLAG_UNIT) !== 0,
  HAS_UNIT_SUB: (sysFlag) => (sysFlag & FLAG_UNIT_SUB) !== 0,
  HAS_UNIT_SUB_UNUNIT: (sysFlag) => (sysFlag & (FLAG_UNIT | FLAG_UNIT_SUB)) === FLAG_UNIT_SUB,
};

/** Topics of that kind, judged by the flag that their first broker announced. */
export function topicsByUnit(table: TopicQueueTable, kind: TopicUnitKind): string[] {
  const test = TESTS[kind];
  const found: string[] = [];
  for (const topic of table.topicNames()) {
    const first = table.brokersOf(topic)?.values().next().value;
    if (first && test(first.topicSysFlag)) found.push(topic);
  }
  return found;
}
