import { setTimeout as sleep } from 'node:timers/promises';
import { SilentLogger, SystemClock } from '@rocket-nest/common';
import { RemotingServer, RequestCode } from '@rocket-nest/remoting';
import { RecordedClient, recordedRegistration, RunningNamesrv } from '../testing/running-namesrv';

type Notice = Record<string, string>;

/** What a broker is told by oneway requests 905. */
class ToldBroker {
  readonly notices: Notice[] = [];
  private readonly server = new RemotingServer(
    { ports: [0] },
    { clock: new SystemClock(), logger: new SilentLogger() },
  );

  async start(): Promise<this> {
    this.server.onRequest((_, request) => {
      expect([request.code, request.isOneway]).toEqual([
        RequestCode.NOTIFY_MIN_BROKER_ID_CHANGE,
        true,
      ]);
      this.notices.push(Object.fromEntries(request.extFields));
    });
    await this.server.start();
    return this;
  }

  get address(): string {
    return `127.0.0.1:${this.server.ports[0]}`;
  }

  async nextNotice(): Promise<Notice> {
    for (const end = Date.now() + 10_000; this.notices.length === 0; await sleep(5)) {
      if (Date.now() > end) throw new Error('waited in vain');
    }
    return this.notices.shift()!;
  }

  stop(): Promise<void> {
    return this.server.shutdown();
  }
}

test('brokers hear which of them has the smallest id when it comes and when it goes', async () => {
  const namesrv = await RunningNamesrv.start('notifyMinBrokerIdChanged=true');
  const client = new RecordedClient();
  const [master, first, second] = await Promise.all([1, 2, 3].map(() => new ToldBroker().start()));
  const [fields, body] = recordedRegistration({ TopicTest: 4, 'broker-a': 1 });
  const register = (broker: ToldBroker, brokerId: number) => {
    const own = { brokerAddr: broker.address, brokerId: `${brokerId}` };
    return client.ask(namesrv.address, 'REGISTER_BROKER', { ...fields, ...own }, body);
  };
  try {
    await register(second, 2);
    await register(first, 1);
    const firstCame = {
      minBrokerId: '1',
      brokerName: 'broker-a',
      minBrokerAddr: first.address,
      haBrokerAddr: '127.0.0.1:33912',
    };
    expect(await second.nextNotice()).toEqual(firstCame);
    await register(master, 0);
    const masterCame = { ...firstCame, minBrokerId: '0', minBrokerAddr: master.address };
    for (const slave of [first, second]) expect(await slave.nextNotice()).toEqual(masterCame);
    await register(master, 0);
    await client.ask(namesrv.address, 'UNREGISTER_BROKER', {
      clusterName: 'DefaultCluster',
      brokerName: 'broker-a',
      brokerAddr: master.address,
      brokerId: '0',
    });
    const { haBrokerAddr: _none, ...left } = { ...firstCame, offlineBrokerAddr: master.address };
    for (const slave of [first, second]) expect(await slave.nextNotice()).toEqual(left);
    expect([master, first, second].flatMap(({ notices }) => notices)).toEqual([]);
  } finally {
    await client.shutdown();
    await namesrv.stop();
    await Promise.all([master, first, second].map((broker) => broker.stop()));
  }
});
