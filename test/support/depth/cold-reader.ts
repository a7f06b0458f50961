import { pull } from '../raw-client';
import { RawConnection } from '../raw-connection';

/**
 * Reads the first messages of every queue as fast as it can, and prints what it did as JSON.
 *   cold-reader PORT TOPIC QUEUES MESSAGES-PER-QUEUE
 */
export interface ColdRead {
  readonly fromMs: number;
  readonly toMs: number;
  readonly messages: number;
  readonly pulls: number;
}

const PULL_SIZE = 32;
const FOUND = 0;
/** Pulls without a message past which it gives up. */
const MAX_EMPTY_PULLS = 1000;

async function main(): Promise<void> {
  const [port, topic, queues, perQueue] = process.argv.slice(2);
  const fromMs = Date.now();
  let pulls = 0;
  let messages = 0;
  const drain = async (queueId: number): Promise<void> => {
    const connection = await RawConnection.open(Number(port));
    let empty = 0;
    for (let offset = 0; offset < Number(perQueue);) {
      const answer = await pull(connection, { topic, queueId }, offset, PULL_SIZE);
      pulls++;
      if (answer.code !== FOUND && ++empty > MAX_EMPTY_PULLS) {
        throw new Error(`queue ${queueId} at ${offset}: ${answer.code} ${answer.remark}`);
      }
      const next = Number(answer.extFields.nextBeginOffset);
      messages += next - offset;
      offset = next;
    }
    await connection.close();
  };
  await Promise.all(Array.from({ length: Number(queues) }, (_, queueId) => drain(queueId)));
  const read: ColdRead = { fromMs, toMs: Date.now(), messages, pulls };
  process.stdout.write(`${JSON.stringify(read)}\n`);
}

main().catch((error: Error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
