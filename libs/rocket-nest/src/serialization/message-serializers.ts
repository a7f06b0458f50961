import type { MessageSerializer } from './message-serializer';
import { BytesSerializer } from './bytes-serializer';
import { JsonSerializer } from './json-serializer';
import { TextSerializer } from './text-serializer';

/**
 * The serializers of one connection by content type: the module's own ones, and those for bytes,
 * text and JSON unless they were replaced.
 */
export class MessageSerializers {
  private readonly byType = new Map<string, MessageSerializer>();
  private readonly bytes: MessageSerializer;
  private readonly text: MessageSerializer;
  private readonly json: MessageSerializer;

  /** @param own win over the built-in ones of the same content type. */
  constructor(own: readonly MessageSerializer[] = []) {
    const builtIn = [new BytesSerializer(), new TextSerializer(), new JsonSerializer()] as const;
    for (const serializer of [...builtIn, ...own]) {
      this.byType.set(mediaTypeOf(serializer.contentType), serializer);
    }
    const [bytes, text, json] = builtIn.map(({ contentType }) => this.byType.get(contentType)!) as [
      MessageSerializer,
      MessageSerializer,
      MessageSerializer,
    ];
    this.bytes = bytes;
    this.text = text;
    this.json = json;
  }

  /** The serializer that a message names, undefined when it is not known here. */
  of(contentType: string): MessageSerializer | undefined {
    return this.byType.get(mediaTypeOf(contentType));
  }

  /** The serializer for a payload that names none: bytes as they are, text as text, else JSON. */
  for(payload: unknown): MessageSerializer {
    if (payload instanceof Uint8Array) return this.bytes;
    return typeof payload === 'string' ? this.text : this.json;
  }

  /** Content types that are known, for messages to people. */
  get contentTypes(): string[] {
    return [...this.byType.keys()];
  }
}

/** `Application/JSON; charset=utf-8` and `application/json` are one. */
function mediaTypeOf(contentType: string): string {
  const semicolon = contentType.indexOf(';');
  return (semicolon < 0 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase();
}
