import { Module } from '@nestjs/common';
import { ConsumerInspector } from '../consumer-inspector';
import { RocketHealthIndicator } from './rocket-health.indicator';

/** Provides `RocketHealthIndicator`; import it where the health controller is. */
@Module({
  providers: [ConsumerInspector, RocketHealthIndicator],
  exports: [RocketHealthIndicator],
})
export class RocketHealthModule {}
