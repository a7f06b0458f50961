export { RocketServer } from './microservices/rocket-server';
export { ROCKETMQ } from './microservices/rocketmq-transport';
export { RocketClient } from './microservices/rocket-client';
export { RocketRecord } from './microservices/rocket-record';
export { RocketExceptionFilter } from './microservices/rocket-exception.filter';
export { RocketRpcContext } from './microservices/rocket-rpc-context';
export type {
  RocketClientProxyOptions,
  RocketServerOptions,
  RocketTransportOptions,
} from './microservices/rocket-transport-options';
export type { DestinationOfPattern } from './microservices/pattern-destination';
