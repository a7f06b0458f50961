import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Runs a script with the built packages; gives its exit code and what it printed. */
async function run(script: string): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['-e', script], {
    cwd: join(__dirname, '../../../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 20_000,
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}

const SETUP = `
  const { RemotingClient, RemotingCommand, RemotingServer } = require('@rocket-nest/remoting');
  const { SilentLogger, SystemClock } = require('@rocket-nest/common');
  const deps = { clock: new SystemClock(), logger: new SilentLogger() };
  const server = new RemotingServer({ ports: [0] }, deps);
  const client = new RemotingClient({}, deps);
  const invoke = (timeoutMs) => client.invoke(
    '127.0.0.1:' + server.ports[0], RemotingCommand.createRequest(105), timeoutMs);
`;

describe('a process that forgot to shut down', () => {
  it('ends when nothing is pending', async () => {
    const { code, output } = await run(`${SETUP}
      server.onRequest((connection, request) =>
        connection.respond(RemotingCommand.createResponse(request, 0)));
      server.start().then(() => invoke(3000)).then((response) => console.log(response.code));
    `);
    expect({ code, output }).toEqual({ code: 0, output: '0\n' });
  });

  it('lives until a pending request has ended', async () => {
    const { code, output } = await run(`${SETUP}
      server.onRequest(() => undefined);
      server.start().then(() => invoke(200)).catch((error) => console.log(error.code));
    `);
    expect({ code, output }).toEqual({ code: 0, output: 'TIMEOUT\n' });
  });
});
