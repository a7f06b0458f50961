import type { Provider } from '@nestjs/common';
import { ListenerRegistrar } from '../listener/listener-registrar';
import { ListenerWrappers } from '../listener/listener-wrappers';
import { ProducerService } from '../producer/producer.service';
import { REPLY_ORDER, RequestReplier } from '../producer/request-replier';
import { TopicCreator } from '../producer/topic-creator';
import { SendWrappers } from '../producer/send-wrappers';
import type { RocketModuleOptions } from '../rocket-module-options';
import { ROCKET_MODULE_OPTIONS } from '../rocket.constants';
import {
  getConnectionToken,
  getListenerRegistrarToken,
  getProducerToken,
} from './connection-tokens';
import { RocketConnection } from './rocket-connection';
import { ROCKET_ENVIRONMENT, type RocketEnvironment } from './rocket-environment';
import { RocketLifecycle } from './rocket-lifecycle';

/**
 * The parts of one connection under its own tokens. Factories build them, so that the parts of two
 * connections never meet under one class token.
 */
export function connectionProviders(name: string): Provider[] {
  const connection = getConnectionToken(name);
  const producer = getProducerToken(name);
  const registrar = getListenerRegistrarToken(name);
  return [
    {
      provide: connection,
      useFactory: (options: RocketModuleOptions, environment?: RocketEnvironment) =>
        new RocketConnection(options, name, environment),
      inject: [ROCKET_MODULE_OPTIONS, { token: ROCKET_ENVIRONMENT, optional: true }],
    },
    {
      provide: producer,
      useFactory: (
        options: RocketModuleOptions,
        shared: RocketConnection,
        wrappers: SendWrappers,
      ) => new ProducerService(options, shared, wrappers),
      inject: [ROCKET_MODULE_OPTIONS, connection, SendWrappers],
    },
    {
      provide: Symbol(`ROCKET_REPLIES:${name}`),
      useFactory: (wrappers: ListenerWrappers, sender: ProducerService) => {
        const replier = new RequestReplier(name, sender);
        wrappers.add(replier, REPLY_ORDER);
        return replier;
      },
      inject: [ListenerWrappers, producer],
    },
    {
      provide: Symbol(`ROCKET_TOPICS:${name}`),
      useFactory: (options: RocketModuleOptions, shared: RocketConnection) =>
        new TopicCreator(options, shared),
      inject: [ROCKET_MODULE_OPTIONS, connection],
    },
    {
      provide: registrar,
      useFactory: (
        options: RocketModuleOptions,
        shared: RocketConnection,
        wrappers: ListenerWrappers,
      ) => new ListenerRegistrar(options, shared, wrappers),
      inject: [ROCKET_MODULE_OPTIONS, connection, ListenerWrappers],
    },
    {
      provide: Symbol(`ROCKET_LIFECYCLE:${name}`),
      useFactory: (
        lifecycle: RocketLifecycle,
        options: RocketModuleOptions,
        ...[shared, sender, listeners]: [RocketConnection, ProducerService, ListenerRegistrar]
      ) => {
        const parts = { options, connection: shared, producer: sender, registrar: listeners };
        return lifecycle.add(name, parts);
      },
      inject: [RocketLifecycle, ROCKET_MODULE_OPTIONS, connection, producer, registrar],
    },
  ];
}
