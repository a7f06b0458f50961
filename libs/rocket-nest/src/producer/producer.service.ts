import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DefaultMQProducer, type SendResult } from '@rocket-nest/client';
import type { Message } from '@rocket-nest/common';
import { RocketConnection } from '../connection/rocket-connection';
import type { RocketModuleOptions } from '../rocket-module-options';
import {
  CONTENT_TYPE_PROPERTY,
  DEFAULT_PRODUCER_GROUP,
  ROCKET_MODULE_OPTIONS,
} from '../rocket.constants';
import { delayLevelOf } from './delay-level';
import { parseDestination } from './destination';
import { encodePayload } from './payload';
import type { SendOptions } from './send-options';

/** Sends messages; injected wherever a service needs it. */
@Injectable()
export class ProducerService implements OnApplicationShutdown {
  private started: Promise<DefaultMQProducer> | undefined;

  constructor(
    @Inject(ROCKET_MODULE_OPTIONS) private readonly options: RocketModuleOptions,
    @Inject(RocketConnection) private readonly connection: RocketConnection,
  ) {}

  /**
   * Sends one message and resolves once the broker has stored it.
   *
   * @param destination `topic` or `topic:tag`
   * @param payload bytes go as they are, text as UTF-8, everything else as JSON
   * @throws an error with a `code` when it could not be sent within the time-out
   */
  async send(
    destination: string,
    payload: unknown,
    options: SendOptions = {},
  ): Promise<SendResult> {
    const message = messageOf(destination, payload, options);
    const producer = await this.producer();
    return producer.send(message, {
      timeoutMs: options.timeoutMs,
      signal: options.signal,
      shardingKey: options.shardingKey,
    });
  }

  /** Sends one message without waiting for an answer; it may be lost. */
  async sendOneway(
    destination: string,
    payload: unknown,
    options: SendOptions = {},
  ): Promise<void> {
    const message = messageOf(destination, payload, options);
    const producer = await this.producer();
    await producer.sendOneway(message, { shardingKey: options.shardingKey });
  }

  /** Runs after the listeners have stopped, so that their last handlers can still send. */
  async onApplicationShutdown(): Promise<void> {
    const started = this.started;
    this.started = undefined;
    if (started) await (await started.catch(() => undefined))?.shutdown();
    await this.connection.shutdown();
  }

  private producer(): Promise<DefaultMQProducer> {
    this.started ??= this.start().catch((error: unknown) => {
      this.started = undefined;
      throw error;
    });
    return this.started;
  }

  private async start(): Promise<DefaultMQProducer> {
    const { group, sendMsgTimeoutMs, retryTimesWhenSendFailed } = this.options.producer ?? {};
    const producer = new DefaultMQProducer(
      {
        producerGroup: group ?? DEFAULT_PRODUCER_GROUP,
        namesrvAddr: await this.connection.namesrvAddr(),
        sendMsgTimeoutMs,
        retryTimesWhenSendFailed,
      },
      this.connection.dependencies,
    );
    await producer.start();
    return producer;
  }
}

function messageOf(destination: string, payload: unknown, options: SendOptions): Message {
  const { topic, tag } = parseDestination(destination);
  const { body, contentType } = encodePayload(payload);
  const properties = new Map<string, string>([[CONTENT_TYPE_PROPERTY, contentType]]);
  for (const [name, value] of Object.entries(options.headers ?? {})) properties.set(name, value);
  if (tag !== undefined) properties.set('TAGS', tag);
  const keys = typeof options.keys === 'string' ? options.keys : options.keys?.join(' ');
  if (keys) properties.set('KEYS', keys);
  if (options.shardingKey !== undefined) properties.set('__SHARDINGKEY', options.shardingKey);
  if (options.delay !== undefined) properties.set('DELAY', String(delayLevelOf(options.delay)));
  return { topic, properties, body };
}
