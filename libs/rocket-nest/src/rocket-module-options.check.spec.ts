import { checkRocketModuleOptions } from './rocket-module-options.check';
import type { RocketModuleOptions } from './rocket-module-options';

describe('checkRocketModuleOptions', () => {
  it.each<[string, object, RegExp]>([
    ['nothing', {}, /neither 'namesrvAddr' nor 'embedded'/],
    ['both', { embedded: true, namesrvAddr: 'a:1' }, /exclude each other/],
    ['no port', { namesrvAddr: 'localhost' }, /'localhost' is not of the form host:port/],
    ['a misspelt key', { nameserver: 'a:1' }, /unknown option 'nameserver'/],
    [
      'no concurrency',
      { namesrvAddr: 'a:1', defaults: { concurrency: 0 } },
      /defaults.concurrency/,
    ],
    [
      'a misspelt key of embedded',
      { embedded: { prot: 1 } },
      /'embedded\.prot'; known are port, brokerPort/,
    ],
    ['no port', { embedded: { port: 70_000 } }, /'embedded\.port' is 70000; give a port/],
    [
      'a misspelt default',
      { namesrvAddr: 'a:1', defaults: { concurency: 1 } },
      /defaults\.concurency/,
    ],
    [
      'a misspelt option of a listener',
      { namesrvAddr: 'a:1', listeners: { paid: { tag: 'A' } } },
      /'listeners\.paid\.tag'; known are concurrency/,
    ],
    ['an empty name', { namesrvAddr: 'a:1', name: '' }, /'name' is empty/],
  ])('refuses %s', (_name, options, text) => {
    expect(() => checkRocketModuleOptions(options as RocketModuleOptions)).toThrow(text);
  });

  it('asks for no address where it is not enabled', () => {
    expect(() => checkRocketModuleOptions({ enabled: false })).not.toThrow();
  });

  it('takes several name servers', () => {
    expect(() => checkRocketModuleOptions({ namesrvAddr: 'a:1;b:2' })).not.toThrow();
    expect(() => checkRocketModuleOptions({ namesrvAddr: ['a:1', '[::1]:2'] })).not.toThrow();
  });

  it('needs no name servers where an address server tells them', () => {
    const client = { nameServerAddressUrl: 'http://addresses:8080/rocketmq/nsaddr' };
    expect(() => checkRocketModuleOptions({ client })).not.toThrow();
  });

  it('refuses an embedded broker in production', () => {
    const before = process.env['NODE_ENV'];
    process.env['NODE_ENV'] = 'production';
    try {
      expect(() => checkRocketModuleOptions({ embedded: true })).toThrow(/refused when NODE_ENV/);
    } finally {
      process.env['NODE_ENV'] = before;
    }
  });
});
