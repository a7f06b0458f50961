import { Inject, Module, Optional, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import { ROCKET_ENVIRONMENT, type RocketEnvironment } from '../connection/rocket-environment';
import { ListenerWrappers } from '../listener/listener-wrappers';
import { ListenerRecorder } from './listener-recorder';

/** Inside traces, outside everything that a listener is wrapped in for its own sake. */
const RECORDER_ORDER = 5;

/** Gives every connection of an application the harness's brokers and clock. */
@Module({})
export class RocketHarnessModule implements OnModuleInit {
  constructor(
    @Inject(ListenerRecorder) private readonly recorder: ListenerRecorder,
    // An application of the microservices transport alone has none.
    @Optional() @Inject(ListenerWrappers) private readonly wrappers?: ListenerWrappers,
  ) {}

  static for(environment: RocketEnvironment, recorder: ListenerRecorder): DynamicModule {
    return {
      module: RocketHarnessModule,
      global: true,
      providers: [
        { provide: ROCKET_ENVIRONMENT, useValue: environment },
        { provide: ListenerRecorder, useValue: recorder },
      ],
      exports: [ROCKET_ENVIRONMENT],
    };
  }

  onModuleInit(): void {
    this.wrappers?.add(this.recorder, RECORDER_ORDER);
  }
}
