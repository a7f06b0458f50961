import { type IdempotencyBackend, leaseBackend } from './idempotency-backend';
import { describeIdempotencyContract } from './idempotency-contract';

describe('idempotency in memory', () => {
  let backend: IdempotencyBackend;
  beforeAll(() => {
    backend = leaseBackend('memory');
  });
  afterAll(() => backend.stop());

  describeIdempotencyContract(() => backend);
});
