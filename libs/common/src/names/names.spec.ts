import {
  dlqTopicOf,
  groupOfRetryOrDlqTopic,
  isRetryOrDlqTopic,
  isSystemGroup,
  popRetryTopicV1Of,
  popRetryTopicV2Of,
  replyTopicOf,
  retryTopicOf,
  reviveTopicOf,
  withNamespace,
  withoutNamespace,
} from './derived-names';
import { absoluteHash, javaHashCode, javaHashCodeOfUtf8 } from './java-hash-code';
import { validateGroup, validateTopic } from './name-validation';
import { isNotAllowedSendTopic, isSystemTopic } from './system-topics';

describe('javaHashCode', () => {
  it.each([
    ['', 0],
    ['TagA', 2598919],
    ['TagB', 2598920],
    ['TagA || TagB', 1359775119],
    ['中文', 646394],
    ['_RECALL_TAG_', -847619372],
    ['ck', 3176],
    ['ack', 96393],
    ['bAck', 2985159],
    ['d', 100],
  ])('%j is %d, from text and from bytes', (text, hash) => {
    expect(javaHashCode(text)).toBe(hash);
    const bytes = Buffer.from(`<${text}>`);
    expect(javaHashCodeOfUtf8(bytes, 1, bytes.length - 1)).toBe(hash);
  });

  it.each([
    ['TopicTest#key1', 1655984460],
    ['TopicTest#T#TagA', 1311325016],
    ['polygenelubricants', 0],
  ])('the index hash of %j is %d', (text, hash) => {
    expect(absoluteHash(javaHashCode(text))).toBe(hash);
  });
});

describe('derived names', () => {
  it('follows the original', () => {
    expect(retryTopicOf('GID')).toBe('%RETRY%GID');
    expect(dlqTopicOf('GID')).toBe('%DLQ%GID');
    expect(replyTopicOf('DefaultCluster')).toBe('DefaultCluster_REPLY_TOPIC');
    expect(reviveTopicOf('DefaultCluster')).toBe('rmq_sys_REVIVE_LOG_DefaultCluster');
    expect(popRetryTopicV1Of('TopicTest', 'GID')).toBe('%RETRY%GID_TopicTest');
    expect(popRetryTopicV2Of('TopicTest', 'GID')).toBe('%RETRY%GID+TopicTest');
  });

  it.each([
    ['TopicTest', 'NS%TopicTest'],
    ['%RETRY%GID', '%RETRY%NS%GID'],
    ['%DLQ%GID', '%DLQ%NS%GID'],
  ])('puts %s into a namespace once, and takes it out', (name, wrapped) => {
    expect(withNamespace('NS', name)).toBe(wrapped);
    expect(withNamespace('NS', wrapped)).toBe(wrapped);
    expect(withoutNamespace('NS', wrapped)).toBe(name);
    expect(withoutNamespace('Other', wrapped)).toBe(wrapped);
    expect(withNamespace(undefined, name)).toBe(name);
    expect(withoutNamespace(undefined, name)).toBe(name);
  });

  it('knows the group of retry and dead letter topics', () => {
    expect(groupOfRetryOrDlqTopic('%RETRY%GID')).toBe('GID');
    expect(groupOfRetryOrDlqTopic('%DLQ%GID')).toBe('GID');
    expect(groupOfRetryOrDlqTopic('GID')).toBeUndefined();
    expect(isRetryOrDlqTopic('%RETRYGID')).toBe(false);
  });

  it('knows what belongs to the servers', () => {
    expect(['TBW102', 'SCHEDULE_TOPIC_XXXX', 'rmq_sys_x'].every(isSystemTopic)).toBe(true);
    expect(isSystemTopic('TopicTest')).toBe(false);
    expect(isNotAllowedSendTopic('SCHEDULE_TOPIC_XXXX')).toBe(true);
    expect(isNotAllowedSendTopic('TBW102')).toBe(false);
    expect(isSystemGroup('CID_RMQ_SYS_TRANS')).toBe(true);
    expect(isSystemGroup('TOOLS_CONSUMER')).toBe(true);
    expect(isSystemGroup('GID')).toBe(false);
  });
});

describe('name validation', () => {
  it.each(['a', 'a|b', 'a%b', 'A_b-9', 'a'.repeat(127), `%RETRY%${'a'.repeat(248)}`])(
    'allows the topic %.30s',
    (topic) => expect(validateTopic(topic)).toBeUndefined(),
  );

  it.each([
    ['', 'BLANK'],
    [' ', 'BLANK'],
    ['a.b', 'ILLEGAL_CHARACTER'],
    ['a+b', 'ILLEGAL_CHARACTER'],
    ['a/b', 'ILLEGAL_CHARACTER'],
    ['..', 'ILLEGAL_CHARACTER'],
    ['a\0', 'ILLEGAL_CHARACTER'],
    ['é', 'ILLEGAL_CHARACTER'],
    ['a'.repeat(128), 'TOO_LONG'],
    [`%DLQ%${'a'.repeat(251)}`, 'TOO_LONG'],
  ])('refuses the topic %.30j as %s', (topic, code) => {
    expect(validateTopic(topic)).toMatchObject({ code });
  });

  it('puts no unprintable character of a name into its message', () => {
    for (const name of ['a\nb', 'a\u001b[31m', '\u202e'.repeat(200)]) {
      expect(validateTopic(name)!.message).toMatch(/^[\x20-\x7e]*$/);
    }
  });

  it('allows groups of 120 characters', () => {
    expect(validateGroup('g'.repeat(120))).toBeUndefined();
    expect(validateGroup('g'.repeat(121))).toMatchObject({ code: 'TOO_LONG' });
    expect(validateGroup('g g')).toMatchObject({ code: 'ILLEGAL_CHARACTER' });
  });
});
