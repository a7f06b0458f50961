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
  ])('refuses %s', (_name, options, text) => {
    expect(() => checkRocketModuleOptions(options as RocketModuleOptions)).toThrow(text);
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
