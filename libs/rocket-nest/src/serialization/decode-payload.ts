import type { Message } from '@rocket-nest/common';
import { CONTENT_TYPE_PROPERTY } from '../rocket.constants';
import type { MessageSerializers } from './message-serializers';

/**
 * The payload of a message by its content type. A message without one (of another client) is taken
 * for JSON, and for text when it is none. Throws when its serializer cannot read it, or is not known.
 */
export function decodePayload(message: Message, serializers: MessageSerializers): unknown {
  const contentType = message.properties.get(CONTENT_TYPE_PROPERTY);
  if (contentType !== undefined) {
    const serializer = serializers.of(contentType);
    if (serializer) return serializer.deserialize(message.body);
    throw new Error(
      `no serializer for content type '${contentType}'; known are ` +
        `${serializers.contentTypes.join(', ')}: add it to 'serializers' of the module`,
    );
  }
  const text = message.body.toString('utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
