import type { MQClientInstance } from '../instance/mq-client-instance';
import { LocalFileOffsetStore } from '../offset/local-file-offset-store';
import type { OffsetStore } from '../offset/offset-store';
import { RemoteBrokerOffsetStore } from '../offset/remote-broker-offset-store';
import type { ConsumerSettings } from './consumer-options';

/** Where a consumer keeps its offsets, unless its options say otherwise. */
export function createOffsetStore(
  instance: MQClientInstance,
  consumerGroup: string,
  settings: ConsumerSettings,
): OffsetStore {
  const { fileSystem, logger } = instance.environment;
  if (settings.messageModel === 'BROADCASTING') {
    const { localOffsetStoreDir } = settings;
    return new LocalFileOffsetStore(
      localOffsetStoreDir,
      instance.clientId,
      consumerGroup,
      fileSystem,
      logger,
    );
  }
  const { brokers } = instance.routes;
  return new RemoteBrokerOffsetStore(
    consumerGroup,
    instance.consumerApi,
    (brokerName) => brokers.readable(brokerName)?.address,
  );
}
