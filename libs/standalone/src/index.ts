export { Standalone } from './standalone';
export type { StandaloneAddress, StandaloneOptions } from './standalone-options';
