/** What makes the listeners count as unhealthy. */
export interface RocketHealthOptions {
  /** Longest time since the last pull of a queue, in milliseconds. Default 120 000. */
  maxPullAgeMs?: number;
  /** Most messages that a group may be behind, over the queues it has here. Default: no limit. */
  maxLag?: number;
  /** Time for asking the brokers how far their queues are, in milliseconds. Default 3000. */
  timeoutMs?: number;
}
