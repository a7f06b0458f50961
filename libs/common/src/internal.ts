export { EventLoopTurn } from './runtime/event-loop-turn';
export type { TurnTask } from './runtime/event-loop-turn';
export * from './runtime/real-timers';
