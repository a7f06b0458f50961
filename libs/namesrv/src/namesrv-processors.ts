import type { BrokerLifecycleProcessor } from './processor/broker-lifecycle-processor';
import type { ClusterProcessor } from './processor/cluster-processor';
import type { KVConfigProcessor } from './processor/kv-config-processor';
import type { NamesrvConfigProcessor } from './processor/namesrv-config-processor';
import type { RegisterBrokerProcessor } from './processor/register-broker-processor';
import type { TopicAdminProcessor } from './processor/topic-admin-processor';
import type { TopicListProcessor } from './processor/topic-list-processor';
import type { TopicRouteProcessor } from './processor/topic-route-processor';

/** What answers a name server's requests. */
export interface NamesrvProcessors {
  readonly register: RegisterBrokerProcessor;
  readonly lifecycle: BrokerLifecycleProcessor;
  readonly route: TopicRouteProcessor;
  readonly topics: TopicAdminProcessor;
  readonly lists: TopicListProcessor;
  readonly cluster: ClusterProcessor;
  readonly kvConfig: KVConfigProcessor;
  readonly config: NamesrvConfigProcessor;
}
