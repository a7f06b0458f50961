import { RequestCode, ResponseCode } from '@rocket-nest/remoting';
import type { QueryMessageResult } from '@rocket-nest/store';
import { ask, createFakeBroker } from '../testing/fake-broker';
import type { FakeBroker } from '../testing/fake-broker';
import { FakeConnection } from '../testing/fake-connection';
import { storedMessage } from '../testing/stored-messages';
import { createTemporaryFolder } from '../testing/temporary-folder';
import { QueryMessageProcessor } from './query-message-processor';

/** Recorded from the original's admin tool. */
const QUERY = {
  _UNIQUE_KEY_QUERY: 'true',
  beginTimestamp: '1795000570826',
  endTimestamp: '9223372036854775807',
  indexType: 'U',
  key: 'FD00',
  maxNum: '1',
  topic: 'TopicTest',
};

describe('QueryMessageProcessor', () => {
  const folder = createTemporaryFolder();
  const connection = new FakeConnection();
  let broker: FakeBroker;
  let processor: QueryMessageProcessor;
  let asked: unknown[];
  let result: QueryMessageResult;

  afterAll(() => folder.remove());

  beforeEach(() => {
    broker = createFakeBroker(folder.path);
    processor = new QueryMessageProcessor(broker);
    result = { records: [], indexLastUpdateTimestamp: 7, indexLastUpdatePhyoffset: 8 };
    Object.assign(broker.messageStore, {
      queryMessage: (...args: unknown[]): Promise<QueryMessageResult> => {
        asked = args;
        return Promise.resolve(result);
      },
    });
  });

  it('asks by unique key and sends the records behind one another', async () => {
    result = { ...result, records: [Buffer.from('one'), Buffer.from('two')] };
    const code = RequestCode.QUERY_MESSAGE;
    const response = await ask(processor.queryMessage, connection, code, QUERY);
    expect(response.code).toBe(ResponseCode.SUCCESS);
    expect(asked.slice(0, 4)).toEqual(['TopicTest', 'FD00', 32, 1795000570826]);
    expect(asked[5]).toBe('U');
    expect(Buffer.concat([...connection.responses.at(-1)!.parts]).toString()).toBe('onetwo');
  });

  it('asks by key, for no more than the caller wants', async () => {
    const fields = { ...QUERY, _UNIQUE_KEY_QUERY: 'false', indexType: 'K', maxNum: '3' };
    const code = RequestCode.QUERY_MESSAGE;
    const response = await ask(processor.queryMessage, connection, code, fields);
    expect(response.code).toBe(ResponseCode.QUERY_NOT_FOUND);
    expect([asked[2], asked[5]]).toEqual([3, 'K']);
    expect(Object.fromEntries(response.extFields)).toEqual({
      indexLastUpdateTimestamp: '7',
      indexLastUpdatePhyoffset: '8',
    });
  });

  it('gives the record at a position', async () => {
    broker.memoryStore.store(storedMessage('TopicTest', 'body'));
    const view = (offset: string) =>
      ask(processor.viewMessageById, connection, RequestCode.VIEW_MESSAGE_BY_ID, { offset });
    expect((await view('0')).body?.includes('body')).toBe(true);
    expect((await view('5')).code).toBe(ResponseCode.SYSTEM_ERROR);
  });
});
