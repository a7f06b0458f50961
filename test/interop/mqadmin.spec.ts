import * as fs from 'node:fs';
import * as path from 'node:path';
import { startApacheRocketMQ } from '../support/apache-rocketmq';
import { hasJava } from '../support/java';
import { waitFor } from '../support/polling';
import { type Cluster, startCluster } from '../support/servers';
import { MqAdmin } from './mqadmin';

/** INTEROP_SERVER=apache shows that the checks are right: they pass on the original. */
const onApache = process.env.INTEROP_SERVER === 'apache';
const describeWithJava = hasJava() ? describe : describe.skip;
/** For what the original's own answer makes its tool fail at. */
const itHere = onApache ? it.skip : it;

const TOPIC = 'TopicTest';
const GROUP = 'GID_test';
const MESSAGES = 10;

interface Sent {
  readonly uniqueId: string;
  readonly offsetId: string;
  readonly queueId: string;
  readonly queueOffset: string;
}

describeWithJava('mqadmin 5.5.0', () => {
  let cluster: Cluster;
  let admin: MqAdmin;
  let brokerAddr: string;
  let sent: Sent;
  let clientId: string;

  beforeAll(async () => {
    cluster = onApache ? await startApacheRocketMQ() : await startCluster();
    brokerAddr = cluster.brokerAddr;
    admin = await MqAdmin.start(cluster.namesrvAddr);
    expect(await run(`updateTopic -c DefaultCluster -t ${TOPIC} -r 2 -w 2`)).toContain(
      `create topic to ${brokerAddr} success`,
    );
    await run(`updateSubGroup -c DefaultCluster -g ${GROUP}`);
    const lines = (await run(`!produce PID_test ${TOPIC} ${MESSAGES}`)).matchAll(
      /^sent (\S+) (\S+) (\d+) (\d+)$/gm,
    );
    const [first] = [...lines];
    const [, uniqueId, offsetId, queueId, queueOffset] = first;
    sent = { uniqueId, offsetId, queueId, queueOffset };
    const consumer = await run(`!consume ${GROUP} ${TOPIC}`);
    clientId = /client id (\S+)/.exec(consumer)?.[1] ?? '';
    await waitFor('the consumer to be through', isThrough, 60_000);
  }, 400_000);

  afterAll(async () => {
    await admin?.stop();
    await cluster?.stop();
    // queryMsgByUniqueKey writes the body there, wherever it is run.
    if (sent) fs.rmSync(`/tmp/rocketmq/msgbodys/${sent.uniqueId}`, { force: true });
  }, 60_000);

  /** Runs a command as it would be typed; `~` stands for a space inside an argument. */
  function run(command: string): Promise<string> {
    return admin.run(...command.split(' ').map((argument) => argument.replaceAll('~', ' ')));
  }

  /** Whether the consumer has committed what it consumed; its client does first after ten seconds. */
  async function isThrough(): Promise<boolean> {
    const progress = await run(`consumerProgress -g ${GROUP} -t ${TOPIC}`);
    const queues = [...progress.matchAll(/^\S+\s+broker-a\s+\d+\s+(\d+)\s+(\d+)\s/gm)];
    return queues.length === 2 && queues.every(([, max, consumed]) => max === consumed);
  }

  /** The fields of the lines that begin with the broker's name. */
  const rowsOf = (output: string): string[][] =>
    output
      .split('\n')
      .filter((line) => /^broker-a\s/.test(line))
      .map((line) => line.trim().split(/\s+/));

  describe('topics', () => {
    it('updateTopic, updateTopicPerm, topicRoute, topicClusterList, deleteTopic', async () => {
      const command = `updateTopic -b ${brokerAddr} -t TopicTwo -r 3 -w 1 -a +message.type=DELAY`;
      const made = await run(command);
      expect(made).toContain(`create topic to ${brokerAddr} success`);
      expect(made).toContain('readQueueNums=3, writeQueueNums=1, perm=RW-');
      expect(await run('updateTopicPerm -c DefaultCluster -t TopicTwo -p 4')).toContain(
        'update topic perm from 6 to 4',
      );
      await waitFor('the route', async () =>
        (await run('topicRoute -t TopicTwo')).includes('"perm":4'),
      );
      const route = await run('topicRoute -t TopicTwo');
      expect(route).toMatch(/"readQueueNums":3,\s+"topicSysFlag":0,\s+"writeQueueNums":1/);
      expect(route).toContain(brokerAddr);
      expect(await run('topicClusterList -t TopicTwo')).toMatch(/^DefaultCluster$/m);
      expect(await run('deleteTopic -c DefaultCluster -t TopicTwo')).toContain(
        'delete topic [TopicTwo] from NameServer success',
      );
      expect(await run('topicRoute -t TopicTwo')).toContain('CODE: 17');
    });

    it('refuses a bad name with the original’s code', async () => {
      const refused = await run(`updateTopic -b ${brokerAddr} -t bad!topic -r 1 -w 1`);
      expect(refused).toContain('CODE: 29');
    });

    it('topicList, topicStatus', async () => {
      expect(await run('topicList')).toMatch(new RegExp(`^${TOPIC}$`, 'm'));
      expect(await run('topicList -c')).toMatch(
        new RegExp(`^DefaultCluster\\s+${TOPIC}\\s+${GROUP}\\s*$`, 'm'),
      );
      const rows = rowsOf(await run(`topicStatus -t ${TOPIC}`));
      expect(rows.map(([, queueId, min]) => [queueId, min])).toEqual([
        ['0', '0'],
        ['1', '0'],
      ]);
      expect(rows.reduce((sum, row) => sum + Number(row[3]), 0)).toBe(MESSAGES);
      expect(await run('topicStatus -t NoTopic')).toContain('CODE: 17');
    });

    it('updateStaticTopic', async () => {
      await run('updateStaticTopic -t StaticTopic -qn 4 -c DefaultCluster');
      await waitFor('the mapping', async () =>
        (await run('topicRoute -t StaticTopic')).includes('topicQueueMappingByBroker'),
      );
      const route = await run('topicRoute -t StaticTopic');
      expect(route).toMatch(/"totalQueues":4/);
      expect(rowsOf(await run('topicStatus -t StaticTopic'))).toHaveLength(4);
    });

    it('updateOrderConf', async () => {
      const order = `updateOrderConf -t ${TOPIC} -m`;
      expect(await run(`${order} put -v broker-a:2`)).toContain('update orderConf success');
      expect(await run(`${order} get`)).toContain('orderConf=[broker-a:2]');
      expect(await run(`${order} delete`)).toContain('delete orderConf success');
    });

    it('allocateMQ', async () => {
      const allocated = await run(`allocateMQ -t ${TOPIC} -i 10.0.0.1,10.0.0.2`);
      expect(allocated.match(/"queueId":[01]/g)?.sort()).toEqual(['"queueId":0', '"queueId":1']);
    });
  });

  describe('messages', () => {
    it.each([
      ['queryMsgById', () => `-t ${TOPIC} -i ${sent.offsetId} -f UTF-8`],
      ['queryMsgByUniqueKey', () => `-t ${TOPIC} -i ${sent.uniqueId}`],
      [
        'queryMsgByOffset',
        () => `-t ${TOPIC} -b broker-a -i ${sent.queueId} -o ${sent.queueOffset} -f UTF-8`,
      ],
    ])('%s: the message, and who consumed it', async (command, options) => {
      const found = await run(`${command} ${options()}`);
      expect(found).toMatch(/^Keys:\s+\[key-0\]$/m);
      expect(found).toMatch(new RegExp(`^Queue ID:\\s+${sent.queueId}$`, 'm'));
      expect(found).toMatch(new RegExp(`^Store Host:\\s+${brokerAddr}$`, 'm'));
      expect(found).toContain(`UNIQ_KEY=${sent.uniqueId}`);
      expect(found).toContain(`consumerGroup=${GROUP}, trackType=CONSUMED`);
    });

    it('queryMsgByKey', async () => {
      const found = await run(`queryMsgByKey -t ${TOPIC} -k key-0`);
      expect(found).toContain(sent.uniqueId);
      expect(await run(`queryMsgByKey -t ${TOPIC} -k nobody`)).not.toContain(sent.uniqueId);
    });

    it('queryMsgById with a client: that client consumes the message', async () => {
      const options = `-t ${TOPIC} -i ${sent.offsetId} -g ${GROUP} -d ${clientId}`;
      expect(await run(`queryMsgById ${options}`)).toContain('consumeResult=CR_SUCCESS');
    });

    it('printMsg, printMsgByQueue, consumeMessage', async () => {
      const printed = await run(`printMsg -t ${TOPIC}`);
      for (let count = 0; count < MESSAGES; count++) {
        expect(printed).toMatch(new RegExp(`BODY: body ${count}$`, 'm'));
      }
      const ofQueue = await run(`printMsgByQueue -t ${TOPIC} -a broker-a -i 0 -p true -d true`);
      expect(ofQueue.match(/^MSGID: /gm)?.length).toBeGreaterThan(0);
      const consumed = await run(
        `consumeMessage -t ${TOPIC} -b broker-a -i 0 -o 0 -c 1 -g GID_pull`,
      );
      expect(consumed).toContain('Consume ok');
      expect(consumed).toContain('queueOffset=0');
    });

    it('sendMessage, sendMsgStatus, checkMsgSendRT', async () => {
      await run('updateTopic -c DefaultCluster -t TopicSend -r 2 -w 2');
      const plain = await run('sendMessage -t TopicSend -p hello~world -k k1 -c TagB');
      expect(plain).toMatch(/SEND_OK\s+[0-9A-F]{32}/);
      const status = await run('sendMsgStatus -b broker-a -s 16 -c 2');
      expect(status.match(/sendStatus=SEND_OK/g)?.length).toBeGreaterThanOrEqual(2);
      const times = rowsOf(await run('checkMsgSendRT -t TopicSend -a 2 -s 16'));
      expect(times.map(([, queueId, result]) => `${queueId} ${result}`).sort()).toEqual([
        '0 true',
        '1 true',
      ]);
    });

    it('queryCq', async () => {
      const max = 'max: \\d+, min: 0';
      const plain = await run(`queryCq -t ${TOPIC} -q 0 -i 0 -c 2 -b ${brokerAddr}`);
      expect(plain).toMatch(new RegExp(`^${max}$`, 'm'));
      expect(plain.match(/ConsumeQueueData\{physicOffset=\d+, physicSize=\d+/g)).toHaveLength(2);
      expect(plain).toContain('tagsCode=2598919');
      const ofGroup = await run(`queryCq -t ${TOPIC} -q 0 -i 0 -c 2 -b ${brokerAddr} -g ${GROUP}`);
      expect(ofGroup).toContain('"subString":"*"');
    });
  });

  describe('groups and offsets', () => {
    it('updateSubGroup, getConsumerConfig, deleteSubGroup', async () => {
      const made = await run('updateSubGroup -c DefaultCluster -g GID_config -r 3 -s false');
      expect(made).toContain(`create subscription group to ${brokerAddr} success`);
      const config = await run('getConsumerConfig -g GID_config');
      expect(config).toMatch(/^retryMaxTimes\s+=\s+3$/m);
      expect(config).toMatch(/^consumeEnable\s+=\s+false$/m);
      expect(await run('deleteSubGroup -c DefaultCluster -g GID_config -r true')).toContain(
        'delete subscription group [GID_config] from broker',
      );
    });

    it('consumerConnection, producerConnection, producer, consumerStatus', async () => {
      const consumer = await run(`consumerConnection -g ${GROUP}`);
      expect(consumer).toContain(clientId);
      expect(consumer).toMatch(/ConsumeType: CONSUME_PASSIVELY/);
      expect(consumer).toMatch(new RegExp(`^${TOPIC}\\s+\\*$`, 'm'));
      expect(await run(`producerConnection -g PID_test -t ${TOPIC}`)).toContain('JAVA');
      expect(await run(`producer -b ${brokerAddr}`)).toContain(
        'producer group (PID_test) instance',
      );
      expect(await run(`consumerStatus -g ${GROUP}`)).toContain(clientId);
      const status = await run(`consumerStatus -g ${GROUP} -i ${clientId} -s`);
      expect(status).toMatch(new RegExp(`^${TOPIC}\\s+broker-a\\s+0\\s+\\d+`, 'm'));
      expect(status).toContain('#Consumer MQ Detail#');
    });

    it('consumerProgress, brokerConsumeStats, statsAll', async () => {
      const progress = await run(`consumerProgress -g ${GROUP} -t ${TOPIC} -s true`);
      expect(progress).toMatch(new RegExp(`^${TOPIC}\\s+broker-a\\s+0\\s+\\d+\\s+\\d+`, 'm'));
      expect(progress).toContain('Consume Diff Total: 0');
      const all = await run('consumerProgress');
      expect(all).toMatch(new RegExp(`^${GROUP}\\s+1\\s+V5_5_0\\s+PUSH\\s+CLUSTERING`, 'm'));
      const stats = await run(`brokerConsumeStats -b ${brokerAddr} -t 3000 -l 0`);
      expect(stats).toMatch(new RegExp(`^${TOPIC}\\s+${GROUP}\\s+broker-a\\s+1`, 'm'));
      const rates = new RegExp(
        `^${TOPIC}\\s+${GROUP}\\s+0\\s+\\S+\\s+\\S+\\s+(\\d+)\\s+\\d+$`,
        'm',
      );
      // The original samples every ten seconds.
      await waitFor('the count of messages', async () => {
        const row = rates.exec(await run(`statsAll -a -t ${TOPIC}`));
        return Number(row?.[1]) >= MESSAGES;
      });
      expect(await run('consumerProgress -g GID_nobody')).toContain('CODE: 17');
    }, 60_000);

    it('resetOffsetByTime, skipAccumulatedMessage: a live group consumes again', async () => {
      const reset = await run(`resetOffsetByTime -g ${GROUP} -t ${TOPIC} -s 0`);
      expect(rowsOf(reset).map(([, , offset]) => offset)).toEqual(['0', '0']);
      await waitFor('the second time through', isThrough, 60_000);
      const toNow = await run(`resetOffsetByTime -g ${GROUP} -t ${TOPIC} -s now`);
      expect(rowsOf(toNow)).toHaveLength(2);
      const skipped = await run(`skipAccumulatedMessage -g ${GROUP} -t ${TOPIC}`);
      const ends = rowsOf(skipped).map(([, , offset]) => Number(offset));
      expect(ends[0] + ends[1]).toBe(MESSAGES);
    }, 90_000);

    it('resetOffsetByTime, cloneGroupOffset: groups that are offline', async () => {
      for (const group of ['GID_offline', 'GID_clone']) {
        await run(`updateSubGroup -c DefaultCluster -g ${group}`);
      }
      const reset = await run(`resetOffsetByTime -g GID_offline -t ${TOPIC} -s -1`);
      const ends = rowsOf(reset).map(([, , offset]) => Number(offset));
      expect(ends[0] + ends[1]).toBe(MESSAGES);
      const cloned = await run(`cloneGroupOffset -s ${GROUP} -d GID_clone -t ${TOPIC} -o true`);
      expect(cloned).toContain(
        `clone group offset success. srcGroup[${GROUP}], destGroup=[GID_clone]`,
      );
      const none = await run(`resetOffsetByTime -g GID_nobody -t ${TOPIC} -s -1`);
      expect(none).toContain('CODE: 26');
    });

    it('setConsumeMode', async () => {
      const set = await run(`setConsumeMode -b ${brokerAddr} -t ${TOPIC} -g ${GROUP} -m PULL -q 0`);
      expect(set).toContain(`set consume mode to ${brokerAddr} success`);
    });
  });

  describe('servers', () => {
    it('clusterList', async () => {
      const list = await run('clusterList');
      expect(list).toMatch(/^DefaultCluster\s+broker-a\s+0\s+\S+\s+V5_5_0\s/m);
      const more = await run('clusterList -m');
      expect(more).toMatch(/^DefaultCluster\s+broker-a\s+0\s+0\s+\d+\s+\d+$/m);
    });

    it('brokerStatus, haStatus', async () => {
      for (const where of [`-b ${brokerAddr}`, '-c DefaultCluster']) {
        const status = await run(`brokerStatus ${where}`);
        expect(status).toMatch(/brokerVersionDesc\s*:\s*V5_5_0/);
        expect(status).toMatch(/msgPutTotalTodayNow\s*:\s*\d{2,}/);
        expect(status).toMatch(/commitLogMaxOffset\s*:\s*\d{4,}/);
      }
      expect(await run(`haStatus -b ${brokerAddr}`)).toMatch(/#MasterCommitLogMaxOffset\s+\d+/);
    });

    it('getBrokerConfig, updateBrokerConfig', async () => {
      const update = (where: string, value: string): Promise<string> =>
        run(`updateBrokerConfig ${where} -k autoCreateTopicEnable -v ${value}`);
      const config = (): Promise<string> => run(`getBrokerConfig -b ${brokerAddr}`);
      expect(await config()).toMatch(/^autoCreateTopicEnable\s+=\s+true$/m);
      expect(await update(`-b ${brokerAddr}`, 'false')).toContain('update broker config success');
      expect(await config()).toMatch(/^autoCreateTopicEnable\s+=\s+false$/m);
      expect(await update('-c DefaultCluster', 'true')).toContain('update broker config success');
      expect(await config()).toMatch(/^autoCreateTopicEnable\s+=\s+true$/m);
      expect(await run('getBrokerConfig -c DefaultCluster')).toContain(`Master: ${brokerAddr}`);
    });

    itHere('updateBrokerConfig touches no paths and no unknown properties', async () => {
      for (const property of ['storePathRootDir', 'brokerConfigPath']) {
        const refused = await run(`updateBrokerConfig -b ${brokerAddr} -k ${property} -v /tmp/x`);
        expect(refused).toContain('CODE: 16');
      }
    });

    it('getNamesrvConfig, updateNamesrvConfig', async () => {
      expect(await run('getNamesrvConfig')).toMatch(/^enableTopicList\s+=\s+true$/m);
      const updated = await run('updateNamesrvConfig -k waitSecondsForService -v 44');
      expect(updated).toContain('update name server config success!');
      expect(await run('getNamesrvConfig')).toMatch(/^waitSecondsForService\s+=\s+44$/m);
    });

    it('updateKvConfig, deleteKvConfig', async () => {
      const updated = await run('updateKvConfig -s NS -k key -v value');
      expect(updated).toContain('create or update kv config to namespace success');
      const deleted = await run('deleteKvConfig -s NS -k key');
      expect(deleted).toContain('delete kv config from namespace success');
    });

    it('wipeWritePerm, addWritePerm', async () => {
      const count = (output: string): number => Number(/ OK, (\d+)/.exec(output)?.[1]);
      expect(count(await run('wipeWritePerm -b broker-a'))).toBeGreaterThan(5);
      expect(await run(`topicRoute -t ${TOPIC}`)).toContain('"perm":4');
      expect(count(await run('addWritePerm -b broker-a'))).toBeGreaterThan(5);
      expect(await run(`topicRoute -t ${TOPIC}`)).toContain('"perm":6');
    });

    it.each(['cleanExpiredCQ', 'deleteExpiredCommitLog', 'cleanUnusedTopic'])(
      '%s',
      async (command) => {
        expect(await run(`${command} -c DefaultCluster`)).toMatch(/^success$/m);
        expect(await run(`${command} -b ${brokerAddr}`)).toMatch(/^success$/m);
        const rows = rowsOf(await run(`topicStatus -t ${TOPIC}`));
        expect(rows.reduce((sum, row) => sum + Number(row[3]), 0)).toBe(MESSAGES);
      },
    );

    it('resetMasterFlushOffset', async () => {
      expect(await run(`resetMasterFlushOffset -b ${brokerAddr} -o 0`)).toContain(
        `reset master flush offset to 0 success`,
      );
    });

    it('exportConfigs', async () => {
      const folder = path.join(cluster.folder, 'export');
      expect(await run(`exportConfigs -c DefaultCluster -f ${folder}`)).toContain('success');
      const exported = fs.readFileSync(path.join(folder, 'configs.json'), 'utf8');
      expect(JSON.parse(exported)).toHaveProperty('brokerConfigs.broker-a');
    });

    itHere('exportMetadata, exportMetrics', async () => {
      const folder = path.join(cluster.folder, 'export');
      expect(await run(`exportMetadata -c DefaultCluster -f ${folder}`)).toContain('success');
      const exported = fs.readFileSync(path.join(folder, 'metadata.json'), 'utf8');
      const metadata = JSON.parse(exported) as Record<string, Record<string, unknown>>;
      expect(metadata.topicConfigTable).toHaveProperty(TOPIC);
      expect(metadata.subscriptionGroupTable).toHaveProperty(GROUP);
      expect(await run(`exportMetrics -c DefaultCluster -f ${folder}`)).toContain('success');
    });

    itHere('what is not supported is said with the protocol’s code', async () => {
      expect(await run(`getColdDataFlowCtrInfo -b ${brokerAddr}`)).toContain('CODE: 3');
      expect(await run('getBrokerEpoch -b broker-a')).toContain('CODE: 3');
    });
  });
});
