/* A user's own test file for Node's runner. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RocketTestHarness } from 'rocket-nest/testing';
import { AppModule, PaymentService, run } from './app.js';

void test('receives on its embedded broker', async () => {
  assert.equal(await run(), '43');
});

void test('is tested with the harness', async () => {
  const harness = await RocketTestHarness.create({ imports: [AppModule] });
  const payments = harness.get(PaymentService);
  payments.fails = 2;
  await payments.producer.send('order:PAID', { id: '44' });
  assert.deepEqual(
    harness.published('order:PAID').map(({ body }) => body),
    [{ id: '44' }],
  );
  const [consumed] = await harness.advanceTime('1m').then(() => harness.consumed('paid'));
  assert.equal(consumed?.attempt, 3);
  await harness.close();
});
