/** Permission bits of a topic. */
export const PermName = {
  PERM_PRIORITY: 0x8,
  PERM_READ: 0x4,
  PERM_WRITE: 0x2,
  PERM_INHERIT: 0x1,
} as const;

export function isReadable(perm: number): boolean {
  return (perm & PermName.PERM_READ) !== 0;
}

export function isWriteable(perm: number): boolean {
  return (perm & PermName.PERM_WRITE) !== 0;
}

export function isInherited(perm: number): boolean {
  return (perm & PermName.PERM_INHERIT) !== 0;
}

/** True for what a topic may be given: 0 to 7 (the priority bit is not accepted from users). */
export function isValidPerm(perm: number): boolean {
  return Number.isInteger(perm) && perm >= 0 && perm < PermName.PERM_PRIORITY;
}

/** `RW-`, `R--`, `-W-`, ... as the admin tools print it. */
export function permToText(perm: number): string {
  return (
    (isReadable(perm) ? 'R' : '-') +
    (isWriteable(perm) ? 'W' : '-') +
    (isInherited(perm) ? 'X' : '-')
  );
}
