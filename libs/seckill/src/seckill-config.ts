import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';

/** Injection token of the `SeckillConfig`. */
export const SECKILL_CONFIG = Symbol('SECKILL_CONFIG');

/** What a service of the sample is told by its environment. */
export interface SeckillConfig {
  /** Port for HTTP. */
  readonly port: number;
  /** Address to listen on. */
  readonly host: string;
  /** Name servers of RocketMQ, separated by `;`. */
  readonly namesrvAddr: string;
  readonly databaseUrl: string;
  /** Schema of this service's tables. */
  readonly databaseSchema: string;
  /** Connections to the database; one for an embedded database. */
  readonly databasePoolSize: number;
  /** The gate's Redis; without one the gate lives in this process. */
  readonly redisUrl: string | undefined;
  /** Signs buyers' tokens and payment callbacks; both services need the same. */
  readonly secret: string;
  /** Asked of operators; undefined lets everybody in. */
  readonly operatorToken: string | undefined;
  /** How long an order may stay unpaid: one of RocketMQ's delay levels, such as `30s`. */
  readonly unpaidDelay: string;
  /** Requests a client may make in ten seconds. */
  readonly requestsPer10s: number;
  /** Where browsers find the payment service; undefined: at the same address. */
  readonly paymentUrl: string | undefined;
  /**
   * Where this instance keeps how far it is with messages that every instance gets; undefined: in
   * the user's home. Instances on one machine, and brokers that come and go, want their own.
   */
  readonly offsetsFolder: string | undefined;
  /** Origins whose pages may call this service. */
  readonly allowedOrigin: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_REQUESTS_PER_10S = 100;
const DEFAULT_POOL_SIZE = 10;
const LEAST_SECRET_LENGTH = 16;

/**
 * Reads the configuration of a service.
 *
 * @throws an Error that names the variable and what to write
 */
export function readSeckillConfig(
  env: Environment,
  defaults: { readonly port: number; readonly schema: string },
): SeckillConfig {
  return {
    port: numberOf(env, 'PORT', defaults.port, 0, 65_535),
    host: env['HOST'] ?? '127.0.0.1',
    namesrvAddr: env['NAMESRV_ADDR'] ?? '127.0.0.1:9876',
    databaseUrl: required(env, 'DATABASE_URL', 'postgres://user:password@127.0.0.1:5432/seckill'),
    databaseSchema: schemaOf(env, defaults.schema),
    databasePoolSize: numberOf(env, 'DATABASE_POOL_SIZE', DEFAULT_POOL_SIZE, 1, 100),
    redisUrl: env['REDIS_URL'] || undefined,
    secret: secretOf(env),
    operatorToken: env['OPERATOR_TOKEN'] || undefined,
    unpaidDelay: env['UNPAID_DELAY'] ?? '30s',
    requestsPer10s: numberOf(env, 'REQUESTS_PER_10S', DEFAULT_REQUESTS_PER_10S, 1, 1_000_000),
    paymentUrl: env['PAYMENT_URL'] || undefined,
    offsetsFolder: env['OFFSETS_FOLDER'] || undefined,
    allowedOrigin: env['ALLOWED_ORIGIN'] || undefined,
  };
}

function required(env: Environment, name: string, example: string): string {
  const value = env[name];
  if (value) return value;
  throw new Error(`${name} is not set; write for example ${name}=${example}`);
}

function schemaOf(env: Environment, fallback: string): string {
  const schema = env['DATABASE_SCHEMA'] ?? fallback;
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) return schema;
  throw new Error(`DATABASE_SCHEMA is '${schema}'; use lower case letters, digits and _`);
}

/** A made-up secret serves one process; several services of one shop need one that they share. */
function secretOf(env: Environment): string {
  const file = env['SECKILL_SECRET_FILE'];
  const secret = file ? fs.readFileSync(file, 'utf8').trim() : env['SECKILL_SECRET'];
  if (secret === undefined) return randomBytes(32).toString('hex');
  if (secret.length >= LEAST_SECRET_LENGTH) return secret;
  throw new Error(`SECKILL_SECRET is shorter than ${LEAST_SECRET_LENGTH} characters`);
}

function numberOf(
  env: Environment,
  name: string,
  fallback: number,
  least: number,
  most: number,
): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`${name} is '${text}'; write a whole number from ${least} to ${most}`);
}
