import type {
  BrokerConfigBundle,
  BrokerController,
  BrokerControllerDeps,
} from '@rocket-nest/broker';
import { loadMetrics, type MetricsExporter } from '@rocket-nest/hosting';
import { RequestCode, ResponseCode } from '@rocket-nest/remoting';
import { brokerFamilies, brokerLabels, topicLabels } from './broker-families';
import { isUp } from './health';
import { createStoreLatency } from './store-latency';

/** The original's, in bytes. */
const MESSAGE_SIZE_BOUNDS = [1, 4, 512, 1024, 2048, 4096].map((kibibytes) => kibibytes * 1024);

/** Metrics of a broker that is about to be made. */
export interface PreparedBrokerMetrics {
  /** What the broker tells as it works. */
  readonly observers: Required<
    Pick<BrokerControllerDeps, 'latency' | 'rpcObserver' | 'messageSizes'>
  >;
  exporterOf(controller: BrokerController): MetricsExporter;
}

/** The metrics that the configuration asks for; undefined, and nothing loaded, when it asks for none. */
export function prepareBrokerMetrics({
  broker,
  server,
}: BrokerConfigBundle): PreparedBrokerMetrics | undefined {
  if (broker.metricsExporterType !== 'PROM') return undefined;
  const { Histogram, LabelledHistogram, limitHits, MetricsExporter, Registry, RpcLatency } =
    loadMetrics();
  const registry = new Registry();
  const labels = brokerLabels(broker);
  const rpcObserver = new RpcLatency({
    labels,
    requestCodes: RequestCode,
    responseCodes: ResponseCode,
  });
  let observed: BrokerController | undefined;
  const messageSize = new LabelledHistogram({
    name: 'rocketmq_message_size',
    help: 'Bytes of a stored message.',
    bounds: MESSAGE_SIZE_BOUNDS,
    labelsOf: (topic) => {
      const ofTopic = observed && topicLabels(observed, topic);
      return ofTopic && { ...labels, ...ofTopic };
    },
  });
  return {
    observers: {
      latency: createStoreLatency(Histogram, registry),
      rpcObserver,
      messageSizes: { onStored: (topic, bytes) => messageSize.observe(topic, bytes) },
    },
    exporterOf: (controller) => {
      observed = controller;
      return new MetricsExporter({
        host: broker.metricsPromExporterHost || server.bindAddress,
        port: broker.metricsPromExporterPort,
        registry,
        families: [
          ...brokerFamilies(controller),
          messageSize,
          rpcObserver.family,
          limitHits(controller.limits),
        ],
        health: () => isUp(controller),
      });
    },
  };
}
