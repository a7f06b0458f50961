import { strict as assert } from 'node:assert';

const NAME_DIGITS = 20;
const FILE_NAME = /^\d{20}$/;

/** Name of the file whose first byte has this offset: twenty digits. */
export function offsetToFileName(offset: number): string {
  assert(Number.isSafeInteger(offset) && offset >= 0, `not a file offset: ${offset}`);
  return String(offset).padStart(NAME_DIGITS, '0');
}

/** Offset that a file name stands for; undefined for other names. */
export function fileNameToOffset(name: string): number | undefined {
  if (!FILE_NAME.test(name)) return undefined;
  const offset = Number(name);
  return Number.isSafeInteger(offset) ? offset : undefined;
}

/** What Windows does not allow in names but topics may hold. */
const NOT_ON_WINDOWS = /[|%]/g;
const ESCAPED = /%([0-9A-F]{2})/g;

/**
 * Folder name of a topic. Names are validated where they come in; this is the last guard that none
 * of them ever leaves its folder. Windows gets `|` and `%` as hex escapes, other platforms the name.
 */
export function topicToFolderName(topic: string, escape: boolean): string {
  assert(topic.length > 0 && topic !== '.' && topic !== '..', `topic cannot be a path: ${topic}`);
  assert(!/[/\\\0]/.test(topic), `topic cannot be a path: ${JSON.stringify(topic)}`);
  if (!escape) return topic;
  return topic.replace(NOT_ON_WINDOWS, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

export function folderNameToTopic(name: string, escape: boolean): string {
  if (!escape) return name;
  return name.replace(ESCAPED, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
