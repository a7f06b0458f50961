import { SilentLogger } from '@rocket-nest/common';
import { runEachStep } from './run-each-step';

describe('runEachStep', () => {
  it('runs what follows a failed step and throws the first failure', async () => {
    const ran: string[] = [];
    const steps = runEachStep(new SilentLogger(), [
      ['a', () => void ran.push('a')],
      ['b', () => Promise.reject(new Error('disk full'))],
      ['c', () => Promise.reject(new Error('later'))],
      ['d', async () => void ran.push('d')],
    ]);
    await expect(steps).rejects.toThrow('disk full');
    expect(ran).toEqual(['a', 'd']);
  });
});
