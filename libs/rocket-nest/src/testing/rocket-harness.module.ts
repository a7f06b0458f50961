import { Inject, Module, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { ROCKET_ENVIRONMENT, type RocketEnvironment } from '../connection/rocket-environment';
import { ListenerWrappers } from '../listener/listener-wrappers';
import { ListenerRecorder } from './listener-recorder';

/** Inside traces, outside everything that a listener is wrapped in for its own sake. */
const RECORDER_ORDER = 5;

/** Gives every connection of an application the harness's brokers and clock. */
@Module({})
export class RocketHarnessModule implements OnModuleInit {
  constructor(
    @Inject(ModuleRef) private readonly modules: ModuleRef,
    @Inject(ListenerRecorder) private readonly recorder: ListenerRecorder,
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
    this.modules.get(ListenerWrappers, { strict: false }).add(this.recorder, RECORDER_ORDER);
  }
}
