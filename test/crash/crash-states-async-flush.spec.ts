import { testCrashStates } from '../support/crash-states';

testCrashStates('ASYNC_FLUSH');
