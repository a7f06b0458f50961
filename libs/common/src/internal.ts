export { EventLoopTurn } from './runtime/event-loop-turn';
export type { TurnTask } from './runtime/event-loop-turn';
export * from './runtime/real-timers';
export * from './bytes/long';
export * from './message/message-record';
export * from './model/attributes';
