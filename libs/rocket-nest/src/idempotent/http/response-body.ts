/** The part of class-transformer that is used; an application without it has no classes to hide. */
interface ClassTransformer {
  instanceToPlain(value: unknown): unknown;
}

/** Bytes and streams are not kept: a stream can be read once, and neither is JSON. */
export function isStream(body: unknown): boolean {
  if (ArrayBuffer.isView(body) || body instanceof ArrayBuffer) return true;
  const { pipe, getStream } = body as { pipe?: unknown; getStream?: unknown };
  return typeof pipe === 'function' || typeof getStream === 'function';
}

/**
 * The body as JSON can hold it. An interceptor outside may take fields off a class' instance that
 * `@Exclude()` names, and could no longer do so when the response is repeated, so they go here.
 */
export function plainOf(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body;
  return classTransformer()?.instanceToPlain(body) ?? body;
}

function classTransformer(): ClassTransformer | undefined {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an optional peer
    return require('class-transformer') as ClassTransformer;
  } catch {
    return undefined;
  }
}
