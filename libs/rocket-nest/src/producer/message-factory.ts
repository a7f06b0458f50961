import {
  createMessage,
  MessageConst,
  validateTopic,
  type Message,
  type UniqueIdGenerator,
} from '@rocket-nest/common';
import { RocketConfigError } from '../errors/rocket-config-error';
import { CONTENT_TYPE_PROPERTY } from '../rocket.constants';
import type { MessageSerializer } from '../serialization/message-serializer';
import type { MessageSerializers } from '../serialization/message-serializers';
import { describeIssues, type StandardSchema } from '../serialization/standard-schema';
import { delayLevelOf } from './delay-level';
import { parseDestination, type Destination } from './destination';
import { PayloadError } from './payload-error';
import type { MessageOptions } from './send-options';
import type { TopicDefinition } from './topic-definition';

/** Builds messages from what services hand over: checks, serializes, and gives each its unique key. */
export class MessageFactory {
  constructor(
    private readonly serializers: MessageSerializers,
    private readonly ids: Pick<UniqueIdGenerator, 'next'>,
    private readonly created: (message: Message) => void = () => undefined,
  ) {}

  /**
   * @throws PayloadError when the payload does not fit the schema or cannot be serialized
   * @throws RocketConfigError for a malformed destination, delay or content type
   */
  async create<T>(
    destination: Destination<T>,
    payload: T,
    options: MessageOptions = {},
  ): Promise<Message> {
    const definition = parseDestination(destination);
    const { schema } = definition;
    if (schema) await checkPayload(definition, schema, payload);
    return this.build(definition, payload, options);
  }

  /** As `create`, for a destination without schema. */
  build(definition: TopicDefinition, payload: unknown, options: MessageOptions): Message {
    const { topic, tag } = definition;
    const problem = validateTopic(topic);
    if (problem) throw new RocketConfigError(`cannot send: ${problem.message}`);
    const serializer = this.serializerFor(definition, payload, options.contentType);
    const message = createMessage({
      topic,
      tag,
      body: serialized(serializer, topic, payload),
      keys: checkedKeys(options.keys),
      shardingKey: options.shardingKey,
      delayTimeLevel: options.delay === undefined ? undefined : delayLevelOf(options.delay),
      properties: options.headers,
    });
    message.properties.set(CONTENT_TYPE_PROPERTY, options.contentType ?? serializer.contentType);
    message.properties.set(MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX, this.ids.next());
    this.created(message);
    return message;
  }

  private serializerFor(
    { serializer, topic }: TopicDefinition,
    payload: unknown,
    contentType: string | undefined,
  ): MessageSerializer {
    if (contentType === undefined) return serializer ?? this.serializers.for(payload);
    const found = this.serializers.of(contentType);
    if (found) return found;
    throw new RocketConfigError(
      `no serializer for content type '${contentType}' of a message to topic '${topic}'; known are ` +
        `${this.serializers.contentTypes.join(', ')}: add it to 'serializers' of the module`,
    );
  }
}

async function checkPayload(
  { topic }: TopicDefinition,
  schema: StandardSchema,
  payload: unknown,
): Promise<void> {
  const result = await schema['~standard'].validate(payload);
  if (!result.issues) return;
  throw new PayloadError(
    `the payload does not fit the schema of topic '${topic}': ${describeIssues(result.issues)}`,
  );
}

function serialized(serializer: MessageSerializer, topic: string, payload: unknown): Uint8Array {
  try {
    return serializer.serialize(payload);
  } catch (cause) {
    throw new PayloadError(
      `the payload for topic '${topic}' cannot be written as ${serializer.contentType}: ` +
        String((cause as Error | undefined)?.message ?? cause),
      { cause },
    );
  }
}

/** RocketMQ separates keys by spaces, so that one with a space would be found by none of its parts. */
function checkedKeys(keys: MessageOptions['keys']): MessageOptions['keys'] {
  if (keys === undefined || typeof keys === 'string') return keys;
  const bad = keys.find((key) => key === '' || key.includes(MessageConst.KEY_SEPARATOR));
  if (bad === undefined) return keys;
  throw new RocketConfigError(
    `the message key ${JSON.stringify(bad)} cannot be used: a key has no spaces and is not empty`,
  );
}
