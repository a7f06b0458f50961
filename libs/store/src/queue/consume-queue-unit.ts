import { getInt32, getInt64, putInt32, putInt64 } from '../bytes/integers';

/** A unit of a consume queue: int64 physical offset, int32 record size, int64 tags code. */
export const UNIT_BYTES = 20;
/** Size in units that stand for nothing: the front of a file whose queue starts behind it. */
export const FILLER_SIZE = 0x7fffffff;

export function putUnit(
  bytes: Uint8Array,
  at: number,
  physicalOffset: number,
  sizeBytes: number,
  tagsCode: number,
): void {
  putInt64(bytes, at, physicalOffset);
  putInt32(bytes, at + 8, sizeBytes);
  putInt64(bytes, at + 12, tagsCode);
}

export function unitPhysicalOffset(bytes: Uint8Array, at: number): number {
  return getInt64(bytes, at);
}

export function unitSize(bytes: Uint8Array, at: number): number {
  return getInt32(bytes, at + 8);
}

export function unitTagsCode(bytes: Uint8Array, at: number): number {
  return getInt64(bytes, at + 12);
}

/** Whether a unit points at a record, and is neither empty nor filler. */
export function isRealUnit(bytes: Uint8Array, at: number): boolean {
  const size = unitSize(bytes, at);
  return size > 0 && size !== FILLER_SIZE;
}
