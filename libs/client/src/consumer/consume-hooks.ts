import type { ConsumeMessageHook } from '../hook/consume-message-hook';
import type { MQClientInstance } from '../instance/mq-client-instance';
import { ConsumeMessageTraceHook } from '../trace/consume-message-trace-hook';
import { InstanceTrace } from '../trace/instance-trace';
import { traceTopicOf, type TraceOptions } from '../trace/trace-options';

/** A consumer's hooks: those it was given, and the one that writes its trace. */
export class ConsumeHooks {
  readonly list: readonly ConsumeMessageHook[];
  private readonly trace: InstanceTrace | undefined;

  constructor(
    instance: MQClientInstance,
    consumerGroup: string,
    options: TraceOptions & {
      namespace?: string | undefined;
      consumeMessageHooks?: readonly ConsumeMessageHook[] | undefined;
    },
  ) {
    const given = options.consumeMessageHooks ?? [];
    const topic = traceTopicOf(options);
    if (topic === undefined) {
      this.list = given;
      return;
    }
    const trace = new InstanceTrace(instance, topic, consumerGroup, 'CONSUME');
    const { dispatcher, ids } = trace;
    const { namespace } = options;
    const { clock } = instance.environment;
    this.trace = trace;
    this.list = [...given, new ConsumeMessageTraceHook(dispatcher, topic, namespace, ids, clock)];
  }

  /** Sends what waits of the trace, for a while. */
  async shutdown(): Promise<void> {
    await this.trace?.shutdown();
  }
}
