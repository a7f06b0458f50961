export { RocketModule } from './rocket.module';
export type {
  EmbeddedOptions,
  RocketModuleAsyncOptions,
  RocketModuleOptions,
  RocketModuleOptionsFactory,
  RocketProducerOptions,
} from './rocket-module-options';
export { RocketListener } from './decorators/rocket-listener.decorator';
export type {
  RocketListenerOptions,
  RocketListenerOverrides,
} from './decorators/rocket-listener-options';
export { MessageBody } from './decorators/message-body.decorator';
export { MessageHeader } from './decorators/message-header.decorator';
export { MessageKeys } from './decorators/message-keys.decorator';
export { ConsumeContext } from './decorators/consume-context.decorator';
export { RocketContext } from './listener/rocket-context';
export { ListenerRegistrar } from './listener/listener-registrar';
export { ProducerService } from './producer/producer.service';
export type { SendOptions } from './producer/send-options';
export { RetryLater } from './errors/retry-later';
export { RejectToDlq } from './errors/reject-to-dlq';
export { RocketConfigError } from './errors/rocket-config-error';
export { ROCKET_CONTEXT_TYPE } from './rocket.constants';
