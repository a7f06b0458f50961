/* A user's own Jest file. */
import { RocketTestHarness } from 'rocket-nest/testing';
import { AppModule, PaymentService, run } from './app.js';

test('receives on its embedded broker', async () => {
  expect(await run()).toBe('43');
});

test('is tested with the harness, with fake timers too', async () => {
  jest.useFakeTimers();
  const harness = await RocketTestHarness.create({ imports: [AppModule] });
  const payments = harness.get(PaymentService);
  payments.fails = 2;
  await payments.producer.send('order:PAID', { id: '44' });
  expect(harness.published('order:PAID')).toMatchObject([{ body: { id: '44' } }]);
  await harness.advanceTime('1m');
  expect(harness.failed('paid')).toHaveLength(2);
  expect(harness.consumed('paid')).toMatchObject([{ attempt: 3, body: { id: '44' } }]);
  await harness.close();
});
