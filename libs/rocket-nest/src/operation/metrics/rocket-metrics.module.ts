import { Module, type DynamicModule } from '@nestjs/common';
import { ListenerWrappers } from '../../listener/listener-wrappers';
import { SendWrappers } from '../../producer/send-wrappers';
import { ConsumerInspector } from '../consumer-inspector';
import { RocketMetrics } from './rocket-metrics';
import type { RocketMetricsOptions } from './rocket-metrics-options';

/**
 * Prometheus metrics of the sends and listeners of all connections, in a registry of prom-client
 * that the application exposes. Import it once, beside `RocketModule`.
 */
@Module({})
export class RocketMetricsModule {
  static forRoot(options: RocketMetricsOptions): DynamicModule {
    return {
      module: RocketMetricsModule,
      providers: [
        ConsumerInspector,
        {
          provide: RocketMetrics,
          useFactory: (
            listeners: ListenerWrappers,
            sends: SendWrappers,
            inspector: ConsumerInspector,
          ) => new RocketMetrics(options, listeners, sends, inspector),
          inject: [ListenerWrappers, SendWrappers, ConsumerInspector],
        },
      ],
    };
  }
}
