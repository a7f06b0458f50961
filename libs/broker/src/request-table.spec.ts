import { RequestCode } from '@rocket-nest/remoting';
import { createBrokerProcessors } from './broker-processors';
import { createRequestTable } from './request-table';
import { createFakeBroker } from './testing/fake-broker';
import { createTemporaryFolder } from './testing/temporary-folder';

describe('createRequestTable', () => {
  const folder = createTemporaryFolder();
  const table = createRequestTable(createBrokerProcessors(createFakeBroker(folder.path)));
  afterAll(() => folder.remove());

  it('has what clients need to send and consume', () => {
    const { SEND_MESSAGE, SEND_MESSAGE_V2, SEND_BATCH_MESSAGE, PULL_MESSAGE } = RequestCode;
    const { HEART_BEAT, UPDATE_CONSUMER_OFFSET, LOCK_BATCH_MQ, CONSUMER_SEND_MSG_BACK } =
      RequestCode;
    for (const code of [SEND_MESSAGE, SEND_MESSAGE_V2, SEND_BATCH_MESSAGE, PULL_MESSAGE]) {
      expect(table.get(code)?.access.kind).toBe('CLIENT');
    }
    for (const code of [
      HEART_BEAT,
      UPDATE_CONSUMER_OFFSET,
      LOCK_BATCH_MQ,
      CONSUMER_SEND_MSG_BACK,
    ]) {
      expect(table.get(code)?.access.kind).toBe('CLIENT');
    }
  });

  it('lets nobody in without saying who: every client request names what it touches', () => {
    for (const { access, code } of table.values()) {
      if (access.kind === 'CLIENT') expect([code, access.needs.length]).not.toEqual([code, 0]);
      expect([code, access.kind]).not.toEqual([code, 'PUBLIC']);
    }
  });

  it('keeps pulls off the VIP port, and nothing else', () => {
    const offVip = [...table.values()].filter((entry) => !entry.vip).map((entry) => entry.code);
    expect(offVip.sort()).toEqual([RequestCode.PULL_MESSAGE, RequestCode.LITE_PULL_MESSAGE]);
  });
});
