import { createServer, type AddressInfo } from 'node:net';
import { Standalone } from '@rocket-nest/standalone';
import { RecordedLog, startListeningApp } from '../listener/testing/listening-app';
import { waitFor } from '../listener/testing/wait-for';
import { checkEnsuredTopics } from './ensured-topic';
import { ProducerService } from './producer.service';

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

describe('TopicCreator', () => {
  it('goes on trying while the servers are away, and makes the topic when they come', async () => {
    const namesrvPort = await freePort();
    const log = new RecordedLog();
    const app = await startListeningApp(
      {},
      { embedded: false, namesrvAddr: `127.0.0.1:${namesrvPort}`, ensureTopics: ['late'] },
      log,
    );
    const brokerProperties = { autoCreateTopicEnable: 'false' };
    const standalone = new Standalone({ namesrvPort, brokerProperties });
    try {
      expect(log.has(/warn could not ensure the topics late, trying again in 1000 ms/)).toBe(true);
      await standalone.start();
      await waitFor('the topic', () => log.has(/made topic late with 8 queues/));
      const result = await app.get(ProducerService).send('late', 'x');
      expect(result.sendStatus).toBe('SEND_OK');
    } finally {
      await app.close();
      await standalone.shutdown();
    }
  });

  it('leaves a connection that is off alone', async () => {
    const log = new RecordedLog();
    const app = await startListeningApp({}, { enabled: false, ensureTopics: ['T'] }, log);
    expect(log.has(/topic/)).toBe(false);
    await expect(app.get(ProducerService).send('T', 'x')).rejects.toThrow(/is off: set 'enabled'/);
    await app.close();
  });
});

describe('checkEnsuredTopics', () => {
  it.each([
    [['fine', 'a.b'], /'ensureTopics\[1\]': .*"a\.b" contains illegal characters/],
    [[{ topic: 'T', queueNums: 0 }], /queueNums of 'T' must be a whole number above 0, not 0/],
    [[{} as never], /'ensureTopics\[0\]': The specified topic is blank/],
  ])('refuses %j', (entries, message) => {
    expect(() => checkEnsuredTopics(entries)).toThrow(message);
  });
});
