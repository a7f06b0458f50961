import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NodeFileSystem, SilentLogger, createSubscriptionGroupConfig } from '@rocket-nest/common';
import { JsonTableFile } from '../background/json-table-file';
import { ManualClock } from '../testing/manual-clock';
import { createTemporaryFolder } from '../testing/temporary-folder';
import { PERM_FORBIDDEN_READ, SubscriptionGroupManager } from './subscription-group-manager';

const GROUP_IN_FILE =
  '\n\t\t"GID_x":{\n\t\t\t"attributes":{},\n\t\t\t"brokerId":0,' +
  '\n\t\t\t"consumeBroadcastEnable":true,\n\t\t\t"consumeEnable":true,' +
  '\n\t\t\t"consumeFromMinEnable":true,\n\t\t\t"consumeMessageOrderly":false,' +
  '\n\t\t\t"consumeTimeoutMinute":15,\n\t\t\t"groupName":"GID_x",' +
  '\n\t\t\t"groupRetryPolicy":{\n\t\t\t\t"type":"CUSTOMIZED"\n\t\t\t},\n\t\t\t"groupSysFlag":0,' +
  '\n\t\t\t"notifyConsumerIdsChangedEnable":true,\n\t\t\t"retryMaxTimes":16,' +
  '\n\t\t\t"retryQueueNums":1,\n\t\t\t"whichBrokerWhenConsumeSlowly":1\n\t\t}';

describe('SubscriptionGroupManager', () => {
  const folder = createTemporaryFolder();
  const clock = new ManualClock();
  let path: string;
  let fileCount = 0;

  afterAll(() => folder.remove());

  beforeEach(() => {
    path = join(folder.path, `${fileCount++}`, 'subscriptionGroup.json');
  });

  function create(autoCreateSubscriptionGroup = true): SubscriptionGroupManager {
    const file = new JsonTableFile(new NodeFileSystem(), clock, path);
    const deps = { clock, logger: new SilentLogger(), file };
    return new SubscriptionGroupManager({ autoCreateSubscriptionGroup }, deps);
  }

  it('writes groups as the original does, and reads them again', async () => {
    const manager = create();
    manager.findSubscriptionGroupConfig('GID_x');
    manager.updateForbidden('GID_x', 'T', PERM_FORBIDDEN_READ, true);
    await manager.shutdown();
    expect(readFileSync(path, 'utf8')).toContain(GROUP_IN_FILE);

    const again = create();
    again.load();
    expect(again.containsSubscriptionGroup('GID_x')).toBe(true);
    expect(again.containsSubscriptionGroup('TOOLS_CONSUMER')).toBe(true);
    expect(again.isForbidden('GID_x', 'T', PERM_FORBIDDEN_READ)).toBe(true);
    expect(again.dataVersion.equals(manager.dataVersion)).toBe(true);
  });

  it('makes unknown groups only where that is allowed, and never under a hostile name', () => {
    const manager = create(false);
    expect(manager.findSubscriptionGroupConfig('GID_x')).toBeUndefined();
    expect(manager.findSubscriptionGroupConfig('CID_RMQ_SYS_anything')).toBeDefined();
    const open = create();
    expect(open.findSubscriptionGroupConfig('../../etc')).toBeUndefined();
    expect(open.findSubscriptionGroupConfig('x'.repeat(121))).toBeUndefined();
    expect(open.findSubscriptionGroupConfig('GID_x')?.retryMaxTimes).toBe(16);
  });

  it('counts its version with every change', () => {
    const manager = create();
    const before = manager.dataVersion.counter;
    manager.updateSubscriptionGroupConfig(createSubscriptionGroupConfig('GID_x'));
    manager.updateForbidden('GID_x', 'T', PERM_FORBIDDEN_READ, true);
    manager.updateForbidden('GID_x', 'T', PERM_FORBIDDEN_READ, true);
    expect(manager.deleteSubscriptionGroupConfig('GID_x')).toBe(true);
    expect(manager.deleteSubscriptionGroupConfig('GID_x')).toBe(false);
    expect(manager.dataVersion.counter).toBe(before + 3);
    expect(manager.isForbidden('GID_x', 'T', PERM_FORBIDDEN_READ)).toBe(false);
  });
});
