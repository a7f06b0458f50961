import { startPostgres } from '../../support/postgres-server';
import { RedisServer } from '../../support/redis-server';
import { startCluster } from '../../support/servers';
import type { ExampleServer } from './page-examples';

interface Started {
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** The servers that examples name, each started once and when the first example wants it. */
export class ExampleServers {
  private readonly starting = new Map<ExampleServer, Promise<Started>>();
  private readonly starters: Readonly<Record<ExampleServer, () => Promise<Started>>> = {
    namesrv: startNamesrvAndBroker,
    redis: startRedis,
    postgres: startDatabase,
  };

  /** Environment variables that tell an example where its servers are. */
  async environmentFor(servers: readonly ExampleServer[]): Promise<Record<string, string>> {
    const started = await Promise.all(servers.map((server) => this.start(server)));
    return Object.assign({}, ...started.map(({ environment }) => environment)) as Record<
      string,
      string
    >;
  }

  async stop(): Promise<void> {
    const started = await Promise.allSettled(this.starting.values());
    this.starting.clear();
    for (const each of started) if (each.status === 'fulfilled') await each.value.stop();
  }

  private start(server: ExampleServer): Promise<Started> {
    let starting = this.starting.get(server);
    if (!starting) this.starting.set(server, (starting = this.starters[server]()));
    return starting;
  }
}

async function startNamesrvAndBroker(): Promise<Started> {
  const cluster = await startCluster();
  return { environment: { NAMESRV_ADDR: cluster.namesrvAddr }, stop: () => cluster.stop() };
}

async function startRedis(): Promise<Started> {
  const server = await RedisServer.start();
  return { environment: { REDIS_URL: server.url }, stop: () => server.stop() };
}

async function startDatabase(): Promise<Started> {
  const server = await startPostgres();
  return { environment: { DATABASE_URL: server.url }, stop: () => server.stop() };
}
