import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeFileSystem, SilentLogger, SystemClock } from '@rocket-nest/common';
import { RemotingClient, RemotingCommand, RequestCode } from '@rocket-nest/remoting';
import { readNamesrvConfig } from '../config/read-namesrv-config';
import { NamesrvController } from '../namesrv-controller';

export const ANSWER_WITHIN_MS = 5_000;

/** A name server on a free port with its files in a temporary folder. */
export class RunningNamesrv {
  private constructor(
    readonly controller: NamesrvController,
    private readonly folder: string,
  ) {}

  static async start(properties = '', listenPort = 0): Promise<RunningNamesrv> {
    const folder = mkdtempSync(join(tmpdir(), 'namesrv-'));
    const kvConfigPath = join(folder, 'kvConfig.json');
    const text = `listenPort=${listenPort}\nkvConfigPath=${kvConfigPath}\n${properties}`;
    const { config } = readNamesrvConfig(text, 'namesrv.conf');
    const controller = new NamesrvController(config, {
      fileSystem: new NodeFileSystem(),
      clock: new SystemClock(),
      logger: new SilentLogger(),
    });
    controller.initialize();
    await controller.start();
    return new RunningNamesrv(controller, folder);
  }

  get address(): string {
    return `127.0.0.1:${this.controller.listenPort}`;
  }

  async stop(): Promise<void> {
    await this.controller.shutdown();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface Answer {
  readonly code: number;
  readonly remark?: string;
  readonly fields: Record<string, string>;
  readonly body?: string;
}

/** Sends requests as recorded ones are written down: ext fields as an object, the body as text. */
export class RecordedClient {
  private readonly remoting = new RemotingClient(
    {},
    { clock: new SystemClock(), logger: new SilentLogger() },
  );

  async ask(
    address: string,
    code: keyof typeof RequestCode | number,
    fields: Readonly<Record<string, string>> = {},
    body?: string | Buffer,
    version?: number,
  ): Promise<Answer> {
    const request = RemotingCommand.createRequest(
      typeof code === 'number' ? code : RequestCode[code],
      new Map(Object.entries(fields)),
      typeof body === 'string' ? Buffer.from(body) : body,
    );
    if (version !== undefined) request.version = version;
    const answer = await this.remoting.invoke(address, request, ANSWER_WITHIN_MS);
    return {
      code: answer.code,
      remark: answer.remark,
      fields: Object.fromEntries(answer.extFields),
      body: answer.body?.toString('utf8'),
    };
  }

  disconnect(address: string): void {
    this.remoting.close(address);
  }

  shutdown(): Promise<void> {
    return this.remoting.shutdown();
  }
}

/** What a 5.5.0 broker sent at its start, with its topics given. */
export function recordedRegistration(
  topics: Readonly<Record<string, number>>,
  { counter = 1, brokerName = 'broker-a', brokerAddr = '127.0.0.1:33911' } = {},
): readonly [fields: Record<string, string>, body: string] {
  const table = Object.fromEntries(
    Object.entries(topics).map(([topicName, queues]) => [
      topicName,
      {
        attributes: {},
        order: false,
        perm: 6,
        readQueueNums: queues,
        topicFilterType: 'SINGLE_TAG',
        topicName,
        topicSysFlag: 0,
        writeQueueNums: queues,
      },
    ]),
  );
  const body = JSON.stringify({
    filterServerList: [],
    topicConfigSerializeWrapper: {
      dataVersion: { counter, stateVersion: 0, timestamp: 1795259729518 },
      mappingDataVersion: { counter: 0, stateVersion: 0, timestamp: 1795259729644 },
      topicConfigTable: table,
      topicQueueMappingDetailMap: {},
      topicQueueMappingInfoMap: {},
    },
  });
  const fields = {
    bodyCrc32: '0',
    brokerAddr,
    brokerId: '0',
    brokerName,
    clusterName: 'DefaultCluster',
    compressed: 'false',
    enableActingMaster: 'false',
    haServerAddr: '127.0.0.1:33912',
  };
  return [fields, body];
}
