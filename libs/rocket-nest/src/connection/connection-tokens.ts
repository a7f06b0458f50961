import type { InjectionToken } from '@nestjs/common';
import { ListenerRegistrar } from '../listener/listener-registrar';
import { ProducerService } from '../producer/producer.service';
import { DEFAULT_CONNECTION } from '../rocket.constants';
import { RocketConnection } from './rocket-connection';

/** Token of a connection; the default one's is the class `RocketConnection`. */
export function getConnectionToken(name = DEFAULT_CONNECTION): InjectionToken {
  return name === DEFAULT_CONNECTION ? RocketConnection : `rocket-nest:connection:${name}`;
}

/** Token of a connection's producer; the default one's is the class `ProducerService`. */
export function getProducerToken(name = DEFAULT_CONNECTION): InjectionToken {
  return name === DEFAULT_CONNECTION ? ProducerService : `rocket-nest:producer:${name}`;
}

/** Token of a connection's listeners; the default one's is the class `ListenerRegistrar`. */
export function getListenerRegistrarToken(name = DEFAULT_CONNECTION): InjectionToken {
  return name === DEFAULT_CONNECTION ? ListenerRegistrar : `rocket-nest:listeners:${name}`;
}
