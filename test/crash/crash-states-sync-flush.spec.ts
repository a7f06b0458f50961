import { testCrashStates } from '../support/crash-states';

testCrashStates('SYNC_FLUSH');
