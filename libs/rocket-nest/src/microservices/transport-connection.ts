import { RocketConnection } from '../connection/rocket-connection';
import { ProducerService } from '../producer/producer.service';
import { SendWrappers } from '../producer/send-wrappers';
import { checkRocketModuleOptions } from '../rocket-module-options.check';
import type { RocketTransportOptions } from './rocket-transport-options';

/** The connection of a server or client: shared with the application's module, or its own. */
export interface TransportConnection {
  readonly connection: RocketConnection;
  readonly producer: ProducerService;
  /** Ends what is its own. */
  close(): Promise<void>;
}

export function transportConnection(options: RocketTransportOptions): TransportConnection {
  const { producerService: shared, namesrvAddr, embedded, client, producer, serializers } = options;
  if (shared) {
    return { connection: shared.connection, producer: shared, close: () => Promise.resolve() };
  }
  const moduleOptions = { namesrvAddr, embedded, client, producer, serializers };
  checkRocketModuleOptions(moduleOptions);
  const connection = new RocketConnection(moduleOptions);
  const own = new ProducerService(moduleOptions, connection, new SendWrappers());
  return {
    connection,
    producer: own,
    close: async () => {
      await own.shutdown();
      await connection.shutdown();
    },
  };
}
