/** The strategies that a client may ask a broker for. */
export type AllocateStrategyName = 'AVG' | 'AVG_BY_CIRCLE';

/**
 * One member's share of a group's queues, both in order: neighbouring queues, the first members one
 * more than the last (AVG), or dealt one by one (AVG_BY_CIRCLE). Nothing for who is no member.
 */
export function allocateQueues<Q>(
  strategy: AllocateStrategyName,
  clientId: string,
  queues: readonly Q[],
  clientIds: readonly string[],
): Q[] {
  const position = clientIds.indexOf(clientId);
  if (position < 0) return [];
  const members = clientIds.length;
  if (strategy === 'AVG_BY_CIRCLE') {
    return queues.filter((_queue, index) => index % members === position);
  }
  const whole = Math.floor(queues.length / members);
  const rest = queues.length % members;
  const from = whole * position + Math.min(position, rest);
  return queues.slice(from, from + whole + (position < rest ? 1 : 0));
}
