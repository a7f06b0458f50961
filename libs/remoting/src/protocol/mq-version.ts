/**
 * Version ordinals as carried in the `version` field of a command. Only those that decide behaviour
 * are named here; `versionName` knows them all.
 */
export const MQVersion = {
  V3_0_11: 37,
  V3_4_9: 121,
  V4_0_0: 213,
  V4_9_3: 399,
  V4_9_4: 401,
  V5_0_0: 413,
  V5_3_1: 475,
  V5_5_0: 513,
  /** The version of RocketMQ whose behaviour this code has. */
  CURRENT: 513,
  HIGHER_VERSION: 612,
} as const;

/** Ordinals 0 to 15, which follow no rule. */
const FIRST_NAMES = [
  'V3_0_0_SNAPSHOT',
  'V3_0_0_ALPHA1',
  'V3_0_0_BETA1',
  'V3_0_0_BETA2',
  'V3_0_0_BETA3',
  'V3_0_0_BETA4',
  'V3_0_0_BETA5',
  'V3_0_0_BETA6_SNAPSHOT',
  'V3_0_0_BETA6',
  'V3_0_0_BETA7_SNAPSHOT',
  'V3_0_0_BETA7',
  'V3_0_0_BETA8_SNAPSHOT',
  'V3_0_0_BETA8',
  'V3_0_0_BETA9_SNAPSHOT',
  'V3_0_0_BETA9',
  'V3_0_0_FINAL',
];

/** The patches a minor line has: 3.0 ends at 15, 3.3 to 3.9 begin at 1, all others are 0 to 9. */
function patchesOf(major: number, minor: number): readonly [first: number, last: number] {
  if (major === 3 && minor === 0) return [1, 15];
  return [major === 3 && minor >= 3 ? 1 : 0, 9];
}

function allNames(): string[] {
  const names = [...FIRST_NAMES];
  for (let major = 3; major <= 5; major++) {
    for (let minor = 0; minor <= 9; minor++) {
      const [first, last] = patchesOf(major, minor);
      for (let patch = first; patch <= last; patch++) {
        names.push(`V${major}_${minor}_${patch}_SNAPSHOT`, `V${major}_${minor}_${patch}`);
      }
    }
  }
  return [...names, 'HIGHER_VERSION'];
}

const NAMES: readonly string[] = allNames();

/** The name of a version ordinal, such as V5_5_0; HIGHER_VERSION for what lies beyond the table. */
export function versionName(ordinal: number): string {
  return NAMES[ordinal] ?? 'HIGHER_VERSION';
}
