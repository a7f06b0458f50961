/** The part of an ioredis client (`Redis` or `Cluster`) that is used. */
export interface RedisClient {
  evalsha(sha1: string, numberOfKeys: number, ...keysAndArgs: string[]): Promise<unknown>;
  eval(script: string, numberOfKeys: number, ...keysAndArgs: string[]): Promise<unknown>;
}

/** A client that was made here, and that is closed here. */
export interface OwnedRedisClient extends RedisClient {
  on(event: 'error', listener: (error: Error) => void): unknown;
  disconnect(): void;
}
