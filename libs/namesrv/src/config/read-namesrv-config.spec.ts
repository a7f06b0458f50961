import { formatConfigProblem } from '@rocket-nest/common/internal';
import { readNamesrvConfig } from './read-namesrv-config';

const messageOf = (text: string, env?: Record<string, string>): string => {
  try {
    readNamesrvConfig(text, 'namesrv.conf', { env });
  } catch (error) {
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    return (error as Error).message;
  }
  throw new Error('it was accepted');
};

describe('readNamesrvConfig', () => {
  test('defaults are those of the original, on loopback', () => {
    const { config, warnings } = readNamesrvConfig('', '', { env: { HOME: '/home/me' } });
    expect(config).toMatchObject({
      listenPort: 9876,
      bindAddress: '127.0.0.1',
      kvConfigPath: '/home/me/namesrv/kvConfig.json',
      scanNotActiveBrokerInterval: 5000,
      returnOrderTopicConfigToBroker: true,
      orderMessageEnable: false,
    });
    expect(warnings).toEqual([]);
  });

  test('the environment overrides the file', () => {
    const env = { ROCKETMQ_LISTEN_PORT: '7', ROCKETMQ_HOME: '/opt/rocketmq' };
    const { config } = readNamesrvConfig('listenPort=5\norderMessageEnable=true', 'n.conf', {
      env,
    });
    expect(config).toMatchObject({
      listenPort: 7,
      orderMessageEnable: true,
      rocketmqHome: '/opt/rocketmq',
    });
  });

  test('every mistake is named with file, line and fix', () => {
    const message = messageOf('# port\nlistenPort=99999\nenableTopicList=maybe\n');
    expect(message.split('\n')).toEqual([
      expect.stringMatching(/^namesrv\.conf:2: listenPort: .* 0 to 65535$/),
      expect.stringMatching(/^namesrv\.conf:3: enableTopicList: .*true or false$/),
    ]);
  });

  test('unknown properties are warned of by name, those without effect too', () => {
    const { warnings } = readNamesrvConfig('listenprot=1\nserverWorkerThreads=8', 'n.conf');
    expect(warnings.map(formatConfigProblem)).toEqual([
      expect.stringMatching(/^n\.conf:1: listenprot: .*did you mean listenPort\?$/),
      expect.stringMatching(/^n\.conf:2: serverWorkerThreads: has no effect here/),
    ]);
  });

  test('a public address needs the word that nobody has to authenticate', () => {
    expect(messageOf('\nbindAddress=0.0.0.0')).toMatch(
      /^namesrv\.conf:2: bindAddress: .*allowPublicWithoutAuthentication=true/,
    );
    expect(messageOf('', { ROCKETMQ_BIND_ADDRESS: '10.0.0.1' })).toMatch(/ROCKETMQ_BIND_ADDRESS/);
    const text = 'bindAddress=0.0.0.0\nallowPublicWithoutAuthentication=true';
    expect(readNamesrvConfig(text, 'n.conf').config.bindAddress).toBe('0.0.0.0');
    for (const address of ['localhost', '::1', '127.0.0.5']) {
      expect(readNamesrvConfig(`bindAddress=${address}`, 'n').config.bindAddress).toBe(address);
    }
  });
});
