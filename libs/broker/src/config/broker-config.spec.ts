import { createBrokerConfig, readBrokerConfig } from './broker-config';

const read = (text: string, overrides: Record<string, string> = {}) =>
  readBrokerConfig(text, 'broker.conf', { overrides });

describe('readBrokerConfig', () => {
  it('works for a local client with nothing but a name server', () => {
    const { config, warnings } = read('namesrvAddr=127.0.0.1:9876\n');
    expect(warnings).toEqual([]);
    expect(config.broker.namesrvAddr).toBe('127.0.0.1:9876');
    expect(config.server.bindAddress).toBe('127.0.0.1');
    expect(config.broker.brokerIP1).toBe('127.0.0.1');
    expect(config.server.listenPort).toBe(10_911);
    expect(config.store.haListenPort).toBe(10_912);
    expect(config.store.flushDiskType).toBe('ASYNC_FLUSH');
    expect(config.broker.brokerName).not.toBe('');
    expect(config.store.storePathRootDir).toMatch(/store$/);
  });

  it('reads the properties of the original', () => {
    const { config } = read(
      [
        'brokerClusterName = DefaultCluster',
        'brokerName = broker-a',
        'brokerId = 0',
        'deleteWhen = 04',
        'fileReservedTime = 48',
        'brokerRole = SYNC_MASTER',
        'flushDiskType = SYNC_FLUSH',
        'storePathRootDir=/data/store',
        'storePathCommitLog=/log/commitlog',
        'listenPort=20911',
      ].join('\n'),
    );
    expect(config.broker.brokerName).toBe('broker-a');
    expect(config.store.fileReservedTime).toBe(48);
    expect(config.store.brokerRole).toBe('SYNC_MASTER');
    expect(config.store.flushDiskType).toBe('SYNC_FLUSH');
    expect(config.store.storePathRootDir).toBe('/data/store');
    expect(config.store.storePathCommitLog).toBe('/log/commitlog');
    expect(config.server.listenPort).toBe(20_911);
  });

  it('names file, line and fix of what is wrong', () => {
    expect(() => read('# a comment\nlistenPort=abc\n')).toThrow(
      /broker\.conf:2: listenPort: .*write a whole number from 0 to 65535/,
    );
  });

  it('warns of unknown properties and of those without effect', () => {
    const { warnings } = read('brokerNmae=x\nsendMessageThreadPoolNums=16\n');
    expect(warnings.map(({ property, line }) => [property, line])).toEqual([
      ['brokerNmae', 1],
      ['sendMessageThreadPoolNums', 2],
    ]);
    expect(warnings[0]?.fix).toContain('brokerName');
    expect(warnings[1]?.problem).toContain('no effect');
  });

  it('refuses a public address unless told that this is meant', () => {
    expect(() => read('bindAddress=0.0.0.0')).toThrow(
      /broker\.conf:1: bindAddress: .*allowPublicWithoutAuthentication=true/,
    );
    const text = 'bindAddress=0.0.0.0\nallowPublicWithoutAuthentication=true\nbrokerIP1=10.0.0.7\n';
    expect(read(text).config.broker.brokerIP1).toBe('10.0.0.7');
  });

  it('refuses what it cannot do rather than ignore it', () => {
    expect(() => read('authenticationEnabled=true')).toThrow(/authenticationEnabled/);
    expect(() => read('brokerRole=SLAVE\nbrokerId=1')).toThrow(/brokerRole/);
    expect(() => read('\nmetricsExporterType=OTLP_GRPC')).toThrow(
      /broker\.conf:2: metricsExporterType: .*PROM/,
    );
    expect(() => read('metricsExporterType=LOG')).toThrow(/metricsExporterType/);
    expect(read('metricsExporterType=PROM').warnings).toEqual([]);
    expect(() => read('deleteWhen=at night')).toThrow(/deleteWhen: .*04;16/);
    expect(() => read('messageDelayLevel=1s soon')).toThrow(/messageDelayLevel.*soon/);
    expect(() => read('mappedFileSizeCommitLog=1048576')).toThrow(/maxMessageSize/);
  });

  it('lets environment override the file and the command line both', () => {
    const env = { ROCKETMQ_BROKER_NAME: 'from-env', NAMESRV_ADDR: 'ns:9876' };
    const fromEnv = readBrokerConfig('brokerName=from-file', 'broker.conf', { env });
    expect(fromEnv.config.broker.brokerName).toBe('from-env');
    expect(fromEnv.config.broker.namesrvAddr).toBe('ns:9876');
    const overrides = { brokerName: 'from-line', namesrvAddr: 'other:9876' };
    const fromLine = readBrokerConfig('', 'broker.conf', { env, overrides });
    expect(fromLine.config.broker.brokerName).toBe('from-line');
    expect(fromLine.config.broker.namesrvAddr).toBe('other:9876');
  });

  it('reports a wrong override too', () => {
    expect(() => read('', { listenPort: '70000' })).toThrow(/listenPort/);
  });
});

describe('createBrokerConfig', () => {
  it('refuses unknown properties', () => {
    expect(() => createBrokerConfig({ lisenPort: '0' })).toThrow(/lisenPort/);
  });
});
