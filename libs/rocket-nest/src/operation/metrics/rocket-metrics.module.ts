import { Module, type DynamicModule } from '@nestjs/common';
import { ConsumerInspector } from '../consumer-inspector';
import { RocketMetrics } from './rocket-metrics';
import { ROCKET_METRICS_OPTIONS, type RocketMetricsOptions } from './rocket-metrics-options';

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
        { provide: ROCKET_METRICS_OPTIONS, useValue: options },
        RocketMetrics,
      ],
    };
  }
}
