import { isRetryOrDlqTopic } from './derived-names';

/** Longest topic name, in characters. */
export const TOPIC_MAX_LENGTH = 127;
/** Longest retry or dead letter topic name, in characters. */
export const RETRY_OR_DLQ_TOPIC_MAX_LENGTH = 255;
/** Longest group name, in characters. */
export const GROUP_MAX_LENGTH = 120;

export type NameProblemCode = 'BLANK' | 'TOO_LONG' | 'ILLEGAL_CHARACTER';

/** Why a name cannot be used; `message` is a whole sentence that names it and says what is allowed. */
export interface NameProblem {
  readonly code: NameProblemCode;
  readonly message: string;
}

/** What is wrong with `topic` as a topic name, undefined when nothing is. */
export function validateTopic(topic: string): NameProblem | undefined {
  const maxLength =
    topic.length > TOPIC_MAX_LENGTH && isRetryOrDlqTopic(topic)
      ? RETRY_OR_DLQ_TOPIC_MAX_LENGTH
      : TOPIC_MAX_LENGTH;
  return validateName('topic', topic, maxLength);
}

/** What is wrong with `group` as a producer or consumer group name, undefined when nothing is. */
export function validateGroup(group: string): NameProblem | undefined {
  return validateName('group', group, GROUP_MAX_LENGTH);
}

function validateName(kind: string, name: string, maxLength: number): NameProblem | undefined {
  if (name.length === 0 || name.trim().length === 0) {
    return { code: 'BLANK', message: `The specified ${kind} is blank.` };
  }
  if (name.length > maxLength) {
    return {
      code: 'TOO_LONG',
      message:
        `The specified ${kind} is longer than the ${kind} max length ${maxLength}: ` +
        `${name.length} characters, beginning with "${printable(name.slice(0, 32))}".`,
    };
  }
  for (let i = 0; i < name.length; i++) {
    if (!isAllowed(name.charCodeAt(i))) {
      return {
        code: 'ILLEGAL_CHARACTER',
        message:
          `The specified ${kind} "${printable(name)}" contains illegal characters, ` +
          'allowing only ^[%|a-zA-Z0-9_-]+$',
      };
    }
  }
  return undefined;
}

function isAllowed(unit: number): boolean {
  return (
    (unit >= 0x61 && unit <= 0x7a) || // a-z
    (unit >= 0x41 && unit <= 0x5a) || // A-Z
    (unit >= 0x30 && unit <= 0x39) || // 0-9
    unit === 0x5f || // _
    unit === 0x2d || // -
    unit === 0x25 || // %
    unit === 0x7c // |
  );
}

/** Names come from the wire, and end up in logs and remarks: nothing unprintable goes there. */
function printable(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, '?');
}
