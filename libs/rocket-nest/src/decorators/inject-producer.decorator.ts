import { Inject } from '@nestjs/common';
import { getProducerToken } from '../connection/connection-tokens';

/** Injects the `ProducerService` of a named connection. Default: that of the default connection. */
export function InjectProducer(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getProducerToken(name));
}
