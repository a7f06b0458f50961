import { Module, type DynamicModule } from '@nestjs/common';
import { trace, type Tracer } from '@opentelemetry/api';
import { ListenerWrappers } from '../../listener/listener-wrappers';
import { SendWrappers } from '../../producer/send-wrappers';
import { ListenerTracer } from './listener-tracer';
import { SendTracer } from './send-tracer';

/** Where spans stand among the wrappers of sends and listeners: outside of all others. */
const TRACING_ORDER = 0;

const WRAPPED = Symbol('ROCKET_TRACING_WRAPPED');

export interface RocketTracingOptions {
  /** Default: the tracer `rocket-nest` of the globally registered provider. */
  tracer?: Tracer;
}

/**
 * Spans around sends and listeners of all connections, for the OpenTelemetry SDK that the
 * application has set up. Import it once, beside `RocketModule`.
 */
@Module({})
export class RocketTracingModule {
  static forRoot(options: RocketTracingOptions = {}): DynamicModule {
    const wrap = (listeners: ListenerWrappers, sends: SendWrappers): true => {
      const tracer = options.tracer ?? trace.getTracer('rocket-nest');
      listeners.add(new ListenerTracer(tracer), TRACING_ORDER);
      sends.add(new SendTracer(tracer), TRACING_ORDER);
      return true;
    };
    return {
      module: RocketTracingModule,
      providers: [{ provide: WRAPPED, useFactory: wrap, inject: [ListenerWrappers, SendWrappers] }],
    };
  }
}
