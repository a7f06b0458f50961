import assert from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import type { ClientDependencies, ClientSettings } from '../config/client-options';
import { ClientError } from '../errors/client-error';
import { buildClientId, localIpAddress } from './client-id';
import { clientEnvironment, type ClientEnvironment } from './client-environment';
import { MQClientInstance } from './mq-client-instance';

interface Entry {
  readonly key: string;
  readonly instance: MQClientInstance;
  users: number;
}

/**
 * Client instances by client id. Producers and consumers that are given the same registry, and the
 * same id and name servers, share one instance: its connections, routes and heartbeats. Nothing is
 * shared between registries.
 */
export class ClientRegistry {
  readonly environment: ClientEnvironment;
  private readonly entries = new Map<string, Entry>();
  private readonly defaultInstanceName: string;

  constructor(dependencies: Omit<ClientDependencies, 'registry'> = {}) {
    this.environment = clientEnvironment(dependencies);
    const { clock, random } = this.environment;
    this.defaultInstanceName = `${process.pid}#${clock.wallNow()}${random.nextInt(1_000_000)}`;
  }

  /** The running instance for these settings; every `acquire` wants one `release`. */
  acquire(settings: ClientSettings): MQClientInstance {
    const clientId = buildClientId(
      settings.clientIp ?? localIpAddress(),
      settings.instanceName ?? this.defaultInstanceName,
      settings.unitName,
    );
    const key = `${clientId}\n${settings.namesrvAddr}`;
    let entry = this.entries.get(key);
    if (!entry) {
      const instance = new MQClientInstance(clientId, settings, this.environment);
      entry = { key, instance, users: 0 };
      this.entries.set(key, entry);
      instance.start();
    }
    checkSameAccess(clientId, entry.instance.settings, settings);
    entry.users++;
    return entry.instance;
  }

  /** Gives an instance back; its last user's call stops it. */
  async release(instance: MQClientInstance): Promise<void> {
    const entry = [...this.entries.values()].find((candidate) => candidate.instance === instance);
    assert(entry, 'an instance is released as often as it was acquired');
    if (--entry.users > 0) return;
    this.entries.delete(entry.key);
    await instance.shutdown();
  }
}

/** Who shares connections must be let in by the same means. */
function checkSameAccess(clientId: string, running: ClientSettings, wanted: ClientSettings): void {
  const accessOf = ({ credentials, tls, nameServerAddressUrl }: ClientSettings): unknown[] => [
    credentials,
    tls,
    nameServerAddressUrl,
  ];
  if (isDeepStrictEqual(accessOf(running), accessOf(wanted))) return;
  throw new ClientError(
    'OPTION_ILLEGAL',
    `client ${clientId} runs with other credentials, TLS options or address server: give one of ` +
      'the two another instanceName, or another registry',
  );
}
