import type { BrokerController } from '@rocket-nest/broker';
import type { HealthReport } from '@rocket-nest/hosting';

/** Whether clients reach the broker and can write to it. */
export function isUp({ remotingServer, messageStore }: BrokerController): HealthReport {
  return {
    remoting: remotingServer.ports.length > 0 ? 'up' : 'down',
    store: messageStore.isWriteable() ? 'up' : 'down',
  };
}
