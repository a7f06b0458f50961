export { CrashStateExplorer, type ExplorerOptions } from './testing/crash-state-explorer';
