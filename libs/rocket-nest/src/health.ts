export { RocketHealthModule } from './operation/health/rocket-health.module';
export { RocketHealthIndicator } from './operation/health/rocket-health.indicator';
export type {
  ConsumerGroupHealth,
  RocketHealthResult,
} from './operation/health/rocket-health.indicator';
export type { RocketHealthOptions } from './operation/health/rocket-health-options';
