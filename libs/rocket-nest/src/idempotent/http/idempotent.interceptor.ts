import {
  BadRequestException,
  type CallHandler,
  ConflictException,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  ServiceUnavailableException,
  UnprocessableEntityException,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { RocketConfigError } from '../../errors/rocket-config-error';
import { ROCKET_CONTEXT_TYPE } from '../../rocket.constants';
import { IdempotencyEvents, type IdempotencyEventType } from '../idempotency-events';
import type { IdempotencyOutcome, IdempotentRun } from '../idempotency-store';
import { IdempotencyStores } from '../idempotency-stores';
import { idempotentOptionsOf } from '../idempotent-metadata';
import {
  DEFAULT_KEY_HEADER,
  DEFAULT_LEASE_MS,
  DEFAULT_MAX_BODY_BYTES,
  DEFAULT_TTL_MS,
  type IdempotentOptions,
} from '../idempotent-options';
import type { HttpRequest, HttpResponse } from './http-exchange';
import { identifyRequest } from './request-identity';
import { readStoredResponse, storeResponse } from './stored-response';

/** Stands for a group in the scopes of HTTP handlers; no consumer group may be named so. */
const HTTP_GROUP = '@http';
/** What a key may be: characters of a header without control codes. */
const KEY = /^[\x20-\x7e]{1,255}$/;
const REPLAYED_HEADER = 'Idempotency-Replayed';

/** Handles each idempotency key of an HTTP handler once; see `Idempotent`, which applies it. */
@Injectable()
export class IdempotentInterceptor implements NestInterceptor {
  constructor(@Inject(ModuleRef) private readonly modules: ModuleRef) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const type: string = context.getType();
    // Messages are counted before guards and pipes, by IdempotentListeners.
    if (type === ROCKET_CONTEXT_TYPE) return next.handle();
    const handler = context.getHandler();
    const place = `${context.getClass().name}.${handler.name}`;
    const options = idempotentOptionsOf(handler);
    if (type !== 'http' || !options) {
      throw new RocketConfigError(
        `@Idempotent on ${place}: it serves RocketMQ listeners and HTTP handlers, not '${type}'`,
      );
    }
    return from(this.once(place, options, context, next));
  }

  private async once(
    place: string,
    options: IdempotentOptions,
    context: ExecutionContext,
    next: CallHandler,
  ): Promise<unknown> {
    const { http = {}, leaseMs = DEFAULT_LEASE_MS, ttlMs = DEFAULT_TTL_MS } = options;
    const request: HttpRequest = context.switchToHttp().getRequest();
    const response: HttpResponse = context.switchToHttp().getResponse();
    const handle = (): Promise<unknown> =>
      lastValueFrom(next.handle(), { defaultValue: undefined });

    const given = keyOf(request, http.header ?? DEFAULT_KEY_HEADER);
    if (given === undefined && http.missingKey === 'EXECUTE') return handle();
    if (given === undefined || !KEY.test(given)) throw badKey(http.header, given);

    const { key, fingerprint } = identifyRequest(request, given, http);
    const scope = { group: HTTP_GROUP, listener: place, key };
    const kept = (body: unknown): string =>
      storeResponse(fingerprint, response, body, http.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES);
    const outcome = await this.run(options, place, { scope, ttlMs, leaseMs }, handle, kept);
    if (outcome.status === 'EXECUTED') return outcome.value;
    if (outcome.status === 'IN_PROGRESS') {
      response.header('Retry-After', String(Math.max(1, Math.ceil(outcome.retryAfterMs / 1000))));
      throw new ConflictException(`a request with the idempotency key '${given}' is being handled`);
    }
    return replay(outcome.result, fingerprint, response, given);
  }

  private async run(
    options: IdempotentOptions,
    place: string,
    run: IdempotentRun,
    handle: () => Promise<unknown>,
    kept: (body: unknown) => string,
  ): Promise<IdempotencyOutcome<unknown>> {
    const store = this.required(IdempotencyStores).of(options, place);
    const events = this.required(IdempotencyEvents);
    const tell = (type: IdempotencyEventType): void =>
      events.emit({ type, store: options.store, scope: run.scope });
    try {
      const outcome = await store.run(run, handle, kept);
      tell(EVENT_OF[outcome.status]);
      return outcome;
    } catch (error) {
      const { code } = (error ?? {}) as { code?: unknown };
      const unavailable = code === 'IDEMPOTENCY_STORE_UNAVAILABLE';
      tell(unavailable ? 'unavailable' : 'failed');
      if (!unavailable) throw error;
      throw new ServiceUnavailableException(
        'it cannot be known whether this request was handled before; send it again later',
        { cause: error },
      );
    }
  }

  private required<T>(token: new (...args: never[]) => T): T {
    try {
      return this.modules.get(token, { strict: false });
    } catch (cause) {
      throw new RocketConfigError(
        '@Idempotent needs RocketModule or RocketIdempotencyModule.forRoot() among the imports of ' +
          `the application: ${String(cause)}`,
      );
    }
  }
}

const EVENT_OF = {
  EXECUTED: 'executed',
  DUPLICATE: 'duplicate',
  IN_PROGRESS: 'in-progress',
} as const satisfies Record<IdempotencyOutcome<unknown>['status'], IdempotencyEventType>;

function keyOf(request: HttpRequest, header: string): string | undefined {
  const value = request.headers[header.toLowerCase()];
  return typeof value === 'string' ? value.trim() || undefined : value?.join(', ');
}

function badKey(header = DEFAULT_KEY_HEADER, given: string | undefined): BadRequestException {
  return new BadRequestException(
    given === undefined
      ? `the header ${header} is missing: send a value that is new for each request and the same ` +
          'when the request is repeated'
      : `the header ${header} must have 1 to 255 printable ASCII characters`,
  );
}

function replay(text: string, fingerprint: string, response: HttpResponse, given: string): unknown {
  const stored = readStoredResponse(text);
  if (stored.fingerprint !== fingerprint) {
    throw new UnprocessableEntityException(
      `the idempotency key '${given}' was used for another request; take a new one`,
    );
  }
  response.status(stored.status);
  for (const [name, value] of Object.entries(stored.headers)) response.header(name, value);
  response.header(REPLAYED_HEADER, stored.bodyOmitted ? 'without-body' : 'true');
  return stored.body;
}
