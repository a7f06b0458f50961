import { randomInt } from 'node:crypto';
import net from 'node:net';

/** Below what systems hand out for outgoing connections: a part that is killed finds its port free. */
const LOWEST_PORT = 12_000;
const HIGHEST_PORT = 32_000;

/** A port that nobody listens on; nor on the one two below, which is a broker's VIP port. */
export async function freePort() {
  for (;;) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT);
    if ((await isFree(port)) && (await isFree(port - 2))) return port;
  }
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
