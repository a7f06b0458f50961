import { createHmac } from 'node:crypto';
import { RemotingCommand } from '@rocket-nest/remoting';
import { AclClientRPCHook, signatureOf } from './acl-client-rpc-hook';

/** A signature that the Java client made. */
const recorded = {
  fields: new Map([
    ['AccessKey', 'ak-test'],
    ['SecurityToken', 'tok'],
    ['queueId', '1'],
    ['topic', 'TopicTest'],
  ]),
  body: Buffer.from('body'),
  signature: 'ao//3lSlur9pesSWqY3muYk5GxQ=',
};

describe('AclClientRPCHook', () => {
  it('signs as the Java client does', () => {
    const { fields, body, signature } = recorded;
    expect(signatureOf(fields, body, 'sk-test')).toBe(signature);
    expect(signatureOf(new Map([...fields].reverse()), body, 'sk-test')).toBe(signature);
  });

  it('puts key, token and signature into a request, whatever form its fields have', () => {
    const hook = new AclClientRPCHook({
      accessKey: 'ak-test',
      secretKey: 'sk-test',
      securityToken: 'tok',
    });
    const request = new RemotingCommand(310);
    request.customHeader = {
      writeTo: (writer) => {
        writer.text('topic', 'TopicTest');
        writer.integer('queueId', 1);
      },
    };
    request.body = recorded.body;
    hook.beforeRequest('a:1', request);
    expect(Object.fromEntries(request.extFields)).toEqual({
      ...Object.fromEntries(recorded.fields),
      Signature: recorded.signature,
    });
    hook.beforeRequest('a:1', request); // tried again
    expect(request.extField('Signature')).toBe(recorded.signature);
  });

  it('signs requests without fields or body', () => {
    const hook = new AclClientRPCHook({ accessKey: 'ak', secretKey: 'sk' });
    const request = new RemotingCommand(34);
    hook.beforeRequest('a:1', request);
    const expected = createHmac('sha1', 'sk').update('ak').digest('base64');
    expect(request.extField('Signature')).toBe(expected);
  });

  it('takes credentials as they are at each request', () => {
    let token: string | undefined = 'one';
    const hook = new AclClientRPCHook(() => ({
      accessKey: 'ak',
      secretKey: 'sk',
      securityToken: token,
    }));
    const request = new RemotingCommand(34);
    hook.beforeRequest('a:1', request);
    expect(request.extField('SecurityToken')).toBe('one');
    token = undefined;
    hook.beforeRequest('a:1', request);
    expect(request.extFields.has('SecurityToken')).toBe(false);
  });

  it('refuses credentials without a key', () => {
    expect(() => new AclClientRPCHook({ accessKey: '', secretKey: 'x' })).toThrow(
      expect.objectContaining({ code: 'OPTION_ILLEGAL' }),
    );
  });
});
