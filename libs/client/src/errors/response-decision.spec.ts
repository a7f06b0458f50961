import { decisionOf } from './response-decision';

describe('decisionOf', () => {
  it('tries again exactly what the Java producer tries again, and the flow control of 5.x', () => {
    const retried = Array.from({ length: 3000 }, (_, code) => code).filter(
      (code) => decisionOf(code).retry,
    );
    expect(retried).toEqual([1, 2, 14, 16, 17, 204, 205, 215, 1500]);
  });

  it('answers a code it does not know without a retry', () => {
    expect(decisionOf(2999)).toMatchObject({ errorCode: 'BROKER_ERROR', retry: false });
  });
});
