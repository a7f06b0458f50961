import { AsyncLocalStorage } from 'node:async_hooks';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { EMPTY, from, map, of, retry, type Observable } from 'rxjs';
import { runInterceptors } from './interceptor-chain';

const context = {} as ExecutionContext;

function interceptor(
  intercept: (next: CallHandler) => Observable<unknown> | Promise<Observable<unknown>>,
): NestInterceptor {
  return { intercept: (_context, next) => intercept(next) };
}

describe('runInterceptors', () => {
  it('runs them from the outside in and back', async () => {
    const say = (name: string): NestInterceptor =>
      interceptor((next) => next.handle().pipe(map((value) => `${name}(${String(value)})`)));
    const result = await runInterceptors([say('a'), say('b')], context, async () => 'x');
    expect(result).toBe('a(b(x))');
  });

  it('keeps the asynchronous context that handle was called in', async () => {
    const storage = new AsyncLocalStorage<string>();
    const scoped = interceptor((next) => storage.run('inside', () => next.handle()));
    const late = interceptor(async (next) => {
      await Promise.resolve();
      return next.handle();
    });
    const call = async (): Promise<unknown> => storage.getStore();
    expect(await runInterceptors([scoped, late], context, call)).toBe('inside');
    expect(storage.getStore()).toBeUndefined();
  });

  it('rejects with what the call, an interceptor or its promise throws', async () => {
    const failing = async (): Promise<unknown> => Promise.reject(new Error('call'));
    await expect(
      runInterceptors([interceptor((next) => next.handle())], context, failing),
    ).rejects.toThrow('call');
    const thrower = interceptor(() => {
      throw new Error('interceptor');
    });
    await expect(runInterceptors([thrower], context, failing)).rejects.toThrow('interceptor');
    const late = interceptor(() => Promise.reject(new Error('late')));
    await expect(runInterceptors([late], context, failing)).rejects.toThrow('late');
  });

  it('lets an interceptor answer instead of the call, call it again, or give nothing', async () => {
    let calls = 0;
    const call = async (): Promise<unknown> => {
      if (++calls === 1) throw new Error('first');
      return calls;
    };
    expect(await runInterceptors([interceptor(() => of('cached'))], context, call)).toBe('cached');
    expect(await runInterceptors([interceptor(() => EMPTY)], context, call)).toBeUndefined();
    expect(await runInterceptors([interceptor(() => from([1, 2]))], context, call)).toBe(2);
    expect(calls).toBe(0);
    const again = interceptor((next) => next.handle().pipe(retry(1)));
    expect(await runInterceptors([again], context, call)).toBe(2);
  });
});
