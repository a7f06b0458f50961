import * as fs from 'node:fs';
import * as net from 'node:net';
import * as path from 'node:path';
import { accepts, freePorts, waitFor } from '../support/polling';
import { Program } from '../support/program';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder';

/** What a user sees of a refusal: one message, no stack, exit code 1. */
const REFUSED = { code: 1, stdout: '', stderr: expect.not.stringMatching(/^\s+at /m) };

let folder: string;
let programs: Program[];
const start = (name: string, args: readonly string[], env?: Record<string, string>): Program => {
  const program = new Program(name, args, { HOME: folder, ...env });
  programs.push(program);
  return program;
};
const run = (name: string, args: readonly string[], env?: Record<string, string>) =>
  start(name, args, env).end();
const writeConfig = (name: string, text: string): string => {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  return file;
};

beforeEach(() => {
  folder = makeTemporaryFolder('programs');
  programs = [];
});
afterEach(async () => {
  await Promise.all(programs.map((program) => program.stop('SIGKILL')));
  removeFolder(folder);
});

describe.each([
  ['mqnamesrv', 9876],
  ['mqbroker', 10911],
])('%s', (name, defaultPort) => {
  const serve = async (properties = '') => {
    const [port] = await freePorts(1);
    const store = path.join(folder, 'store');
    const text = `listenPort=${port}\n${name === 'mqbroker' ? `storePathRootDir=${store}\n` : ''}`;
    const file = writeConfig(`${name}.conf`, text + properties);
    const program = start(name, ['-c', file]);
    await waitFor(`${name} on ${port}`, () => accepts(port));
    return { program, port, file };
  };

  test('-p prints every property, -m the important ones, both as a file takes them', async () => {
    const all = await run(name, ['-p']);
    expect(all).toMatchObject({ code: 0, stderr: '' });
    expect(all.stdout).toMatch(new RegExp(`^listenPort=${defaultPort}$`, 'm'));
    const file = writeConfig('important.conf', 'listenPort=12345\n');
    const important = await run(name, ['-m', '-c', file]);
    expect(important.code).toBe(0);
    expect(important.stdout).toMatch(/^listenPort=12345$/m);
    expect(important.stdout.length).toBeLessThan(all.stdout.length / 2);
    const again = writeConfig('again.conf', all.stdout);
    expect((await run(name, ['-p', '-c', again])).stdout).toBe(all.stdout);
  });

  test('--help tells how it is used', async () => {
    const { code, stdout } = await run(name, ['--help']);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`Usage: ${name}`)]);
  });

  test('a wrong configuration is refused with file, line and fix', async () => {
    const file = writeConfig('wrong.conf', '# mine\nlistenPort=many\n');
    const { stderr, ...end } = await run(name, ['-c', file]);
    expect({ ...end, stderr }).toMatchObject(REFUSED);
    expect(stderr).toMatch(new RegExp(`${name}: .*wrong\\.conf:2: listenPort: .*whole number`));
    const missing = path.join(folder, 'missing.conf');
    expect(await run(name, ['-c', missing])).toMatchObject({
      ...REFUSED,
      stderr: expect.stringContaining(`${missing}: cannot be read, there is no such file`),
    });
    expect(await run(name, ['--frobnicate'])).toMatchObject({
      ...REFUSED,
      stderr: expect.stringMatching(/frobnicate.*--help/s),
    });
    const open = writeConfig('open.conf', 'bindAddress=0.0.0.0\n');
    expect(await run(name, ['-c', open])).toMatchObject({
      ...REFUSED,
      stderr: expect.stringMatching(
        /open\.conf:1: bindAddress: .*allowPublicWithoutAuthentication/,
      ),
    });
  });

  test('a port in use is named', async () => {
    const blocker = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const { port } = blocker.address() as net.AddressInfo;
    try {
      const file = writeConfig('taken.conf', `listenPort=${port}\n`);
      expect(await run(name, ['-c', file])).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(new RegExp(`127\\.0\\.0\\.1:${port}.*another port`)),
      });
    } finally {
      await new Promise((resolve) => blocker.close(resolve));
    }
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('%s stops it in order', async (signal) => {
    const { program, port } = await serve();
    const end = await program.stop(signal);
    expect(end).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(end.stdout).toMatch(/"msg":"stopped"/);
    expect(await accepts(port)).toBe(false);
  });

  test('unknown properties are warned of, and the environment overrides the file', async () => {
    const [port] = await freePorts(1);
    const file = writeConfig('typo.conf', 'listenprot=1\nlistenPort=1\n');
    const store = { ROCKETMQ_STORE_PATH_ROOT_DIR: path.join(folder, 'store') };
    const program = start(name, ['-c', file], { ROCKETMQ_LISTEN_PORT: String(port), ...store });
    await waitFor(`${name} on ${port}`, () => accepts(port));
    await program.printed(/typo\.conf:1: listenprot: .*did you mean listenPort/);
  });

  test('health and metrics are there when configured', async () => {
    const [metricsPort] = await freePorts(1);
    const properties = `metricsExporterType=PROM\nmetricsPromExporterPort=${metricsPort}\n`;
    const { program } = await serve(properties);
    await waitFor('the metrics port', () => accepts(metricsPort));
    const get = (url: string) => fetch(`http://127.0.0.1:${metricsPort}${url}`);
    const health = await get('/health');
    expect([health.status, await health.json()]).toEqual([
      200,
      { status: 'ok', details: expect.objectContaining({ remoting: 'up' }) },
    ]);
    const metrics = await (await get('/metrics')).text();
    expect(metrics).toMatch(/^rocket_nest_event_loop_stall_seconds\{quantile="1"\} /m);
    expect(metrics).toMatch(/^# TYPE rocket_nest_limit_hits_total counter$/m);
    expect(metrics).toMatch(/^process_resident_memory_bytes /m);
    expect((await get('/else')).status).toBe(404);
    expect(await program.stop()).toMatchObject({ code: 0 });
  });
});

describe('mqbroker', () => {
  const configOf = (port: number, store: string) =>
    writeConfig(`broker-${port}.conf`, `listenPort=${port}\nstorePathRootDir=${store}\n`);

  test('registers at the name server given by -n, and is gone there when it stops', async () => {
    const [namesrvPort, brokerPort] = await freePorts(2);
    start('mqnamesrv', ['-c', writeConfig('n.conf', `listenPort=${namesrvPort}\n`)]);
    await waitFor('the name server', () => accepts(namesrvPort));
    const store = path.join(folder, 'store');
    const args = ['-n', `127.0.0.1:${namesrvPort}`, '-c', configOf(brokerPort, store)];
    const broker = start('mqbroker', args);
    const registered = async (): Promise<boolean> => {
      await waitFor('its registration', () => programs[0].stdout.includes('broker registered'));
      return true;
    };
    expect(await registered()).toBe(true);
    expect(await broker.stop()).toMatchObject({ code: 0, stderr: '' });
    await programs[0].printed('broker unregistered');
    expect(fs.existsSync(path.join(store, 'abort'))).toBe(false);
  });

  test('a second one on the same folder is refused, and the first goes on', async () => {
    const [first, second] = await freePorts(2);
    const store = path.join(folder, 'store');
    start('mqbroker', ['-c', configOf(first, store)]);
    await waitFor('the first broker', () => accepts(first));
    expect(await run('mqbroker', ['-c', configOf(second, store)])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(store),
    });
    expect(await accepts(first)).toBe(true);
  });

  test('its metrics carry the original names and labels', async () => {
    const [port, metricsPort] = await freePorts(2);
    const file = writeConfig(
      'metrics.conf',
      `brokerName=b1\nlistenPort=${port}\nstorePathRootDir=${path.join(folder, 'store')}\n` +
        `metricsExporterType=PROM\nmetricsPromExporterPort=${metricsPort}\n`,
    );
    start('mqbroker', ['-c', file]);
    await waitFor('the metrics port', () => accepts(metricsPort));
    const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    const labels = 'cluster="DefaultCluster",node_type="broker",node_id="b1"';
    expect(metrics).toContain(`\nrocketmq_broker_permission{${labels}} 6\n`);
    expect(metrics).toMatch(/^# TYPE rocketmq_messages_in_total counter$/m);
    expect(metrics).toMatch(/^rocket_nest_store_pwrite_seconds_count \d+$/m);
    expect(metrics).toMatch(/^# TYPE rocketmq_message_size histogram$/m);
    expect(metrics).toMatch(/^# TYPE rocketmq_rpc_latency_milliseconds histogram$/m);
    expect(metrics).toMatch(/^rocketmq_storage_size_bytes\{.*storage_type="local"/m);
  });
});

describe('standalone', () => {
  test('starts both on free ports, says where, and stops on Ctrl-C', async () => {
    const data = path.join(folder, 'data');
    const args = ['--namesrv-port', '0', '--broker-port', '0', '--folder', data];
    const program = start('standalone', args);
    await program.printed('Ctrl-C stops it');
    const [, namesrv] = /name server\s+127\.0\.0\.1:(\d+)/.exec(program.stdout) ?? [];
    const [, broker] = /broker\s+127\.0\.0\.1:(\d+)/.exec(program.stdout) ?? [];
    expect(program.stdout).toContain(data);
    expect(await accepts(Number(namesrv))).toBe(true);
    expect(await accepts(Number(broker))).toBe(true);
    const end = await program.stop('SIGINT');
    expect(end).toMatchObject({ code: 0, stderr: '' });
    expect(end.stdout).toContain('stopped.');
    expect(fs.existsSync(path.join(data, 'store', 'abort'))).toBe(false);
  });

  test('tells its flags, and refuses wrong ones', async () => {
    expect(await run('standalone', ['--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--broker-port'),
    });
    for (const [args, told] of [
      [['--broker-port', 'x'], /--broker-port x is no port/],
      [['--namesrv-port', '70000'], /0 .*to 65535/],
      [['--colour'], /colour.*--help/s],
      [['here'], /here.*--help/s],
      [['--host', '0.0.0.0', '--folder', path.join(folder, 'd')], /allowPublicWithoutAuth/],
    ] as const) {
      expect(await run('standalone', args)).toMatchObject({
        ...REFUSED,
        stderr: expect.stringMatching(told),
      });
    }
  });
});

describe('mqshutdown', () => {
  /** An installation of its own, so that no other server on this machine is stopped. */
  const install = (): string => {
    const bin = path.join(folder, 'bin');
    fs.mkdirSync(bin);
    fs.copyFileSync(path.join(__dirname, '../../bin/mqshutdown'), path.join(bin, 'mqshutdown'));
    for (const name of ['mqnamesrv', 'mqbroker']) {
      const idle =
        '#!/usr/bin/env node\n' +
        "process.on('SIGTERM', () => setTimeout(() => process.exit(0), 50));\n" +
        "setInterval(() => {}, 1000);\nconsole.log('up');\n";
      fs.writeFileSync(path.join(bin, name), idle, { mode: 0o755 });
    }
    return bin;
  };

  test('stops the servers of its own installation and kind, and waits for them', async () => {
    const bin = install();
    const namesrv = start(path.join(bin, 'mqnamesrv'), []);
    const brokers = [1, 2].map(() => start(path.join(bin, 'mqbroker'), []));
    for (const program of [namesrv, ...brokers]) await program.printed('up');
    const { code, stdout } = await run(path.join(bin, 'mqshutdown'), ['broker']);
    expect(code).toBe(0);
    for (const broker of brokers) {
      expect(stdout).toContain(`Stopped mqbroker (${broker.pid})`);
      expect(await broker.end()).toMatchObject({ code: 0 });
    }
    expect(stdout).not.toContain(String(namesrv.pid));
    expect(await namesrv.stop()).toMatchObject({ code: 0 });
  });

  test('says when there is nothing to stop, and how it is used', async () => {
    const bin = install();
    expect(await run(path.join(bin, 'mqshutdown'), ['namesrv'])).toMatchObject({
      code: 1,
      stdout: 'No mqnamesrv running.\n',
    });
    expect(await run(path.join(bin, 'mqshutdown'), ['everything'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Usage: mqshutdown'),
    });
  });
});
