import { UniqueIdGenerator, type Message } from '@rocket-nest/common';
import { localIpAddress } from '../instance/client-id';
import type { MQClientInstance } from '../instance/mq-client-instance';
import { MessagePreparer } from '../producer/message-preparer';
import { MessageSender } from '../producer/message-sender';
import { producerSettings } from '../producer/producer-options';
import { TraceDispatcher } from './trace-dispatcher';

const SEND_TIMEOUT_MS = 5000;

/** Traces of one producer or consumer, sent by a producer of their own in its client instance. */
export class InstanceTrace {
  readonly dispatcher: TraceDispatcher;
  readonly ids: UniqueIdGenerator;
  private readonly producerGroup: string;

  constructor(
    private readonly instance: MQClientInstance,
    readonly traceTopic: string,
    group: string,
    kind: 'PRODUCE' | 'CONSUME',
  ) {
    const { clock, random, logger } = instance.environment;
    this.producerGroup = `_INNER_TRACE_PRODUCER-${group}-${kind}-1`;
    const ip = instance.settings.clientIp ?? localIpAddress();
    this.ids = new UniqueIdGenerator({ ip }, clock, random);
    const settings = producerSettings({
      producerGroup: this.producerGroup,
      sendMsgTimeoutMs: SEND_TIMEOUT_MS,
    });
    const preparer = new MessagePreparer(settings, undefined, this.ids, clock);
    const sender = new MessageSender(instance, this.producerGroup, settings, false);
    const send = (message: Message): Promise<unknown> =>
      sender.send(preparer.prepare(message), message, {});
    this.dispatcher = new TraceDispatcher(traceTopic, send, clock, logger);
    instance.registerProducer({ producerGroup: this.producerGroup });
  }

  /** Sends what waits, for a while. */
  async shutdown(): Promise<void> {
    await this.dispatcher.shutdown();
    await this.instance.unregisterProducer(this.producerGroup);
  }
}
