import type { NamesrvLimits } from '../namesrv-limits';
import { BrokerAddrTable } from './broker-addr-table';
import { BrokerLiveTable } from './broker-live-table';
import { TopicQueueMappingTable } from './topic-queue-mapping-table';
import { TopicQueueTable } from './topic-queue-table';

/** The tables that registration writes and routes are picked from. */
export class RouteTables {
  readonly topics: TopicQueueTable;
  readonly mappings = new TopicQueueMappingTable();
  readonly brokers = new BrokerAddrTable();
  readonly live = new BrokerLiveTable();

  constructor(readonly limits: NamesrvLimits) {
    this.topics = new TopicQueueTable(limits);
  }
}
