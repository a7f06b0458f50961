import * as fs from 'node:fs';
import { DefaultMQProducer, type ClientOptions } from '@rocket-nest/client';
import { createMessage, SilentLogger } from '@rocket-nest/common';
import { startApacheRocketMQ } from '../support/apache-rocketmq';
import { TestAuthority, type Certificate } from '../support/certificates';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder';
import { describeAccessControl } from './contract/access-control';
import { ContractKit } from './contract/contract-kit';
import { describePulling } from './contract/pulling';
import { describeRequestReply } from './contract/request-reply';
import { describeTransactions, transactionBrokerProperties } from './contract/transactions';

jest.setTimeout(60_000);

const admin = { accessKey: 'rocketmq', secretKey: '12345678' };
const json = (value: object): string => JSON.stringify(value);

/** Switches on authentication and authorization of version 5.5.0, with one super user. */
const aclProperties = {
  authenticationEnabled: true,
  authenticationProvider:
    'org.apache.rocketmq.auth.authentication.provider.DefaultAuthenticationProvider',
  authenticationMetadataProvider:
    'org.apache.rocketmq.auth.authentication.provider.LocalAuthenticationMetadataProvider',
  initAuthenticationUser: json({ username: admin.accessKey, password: admin.secretKey }),
  innerClientAuthenticationCredentials: json(admin),
  authorizationEnabled: true,
  authorizationProvider:
    'org.apache.rocketmq.auth.authorization.provider.DefaultAuthorizationProvider',
  authorizationMetadataProvider:
    'org.apache.rocketmq.auth.authorization.provider.LocalAuthorizationMetadataProvider',
};

describe('the client on Apache RocketMQ with ACL and TLS', () => {
  let folder: string;
  let authority: TestAuthority;
  let client: Certificate;
  const security: Partial<ClientOptions> = {};
  const kit = new ContractKit(security);

  beforeAll(async () => {
    folder = makeTemporaryFolder('certificates');
    authority = new TestAuthority(folder);
    const server = authority.issue('server', ['DNS:rocketmq.test']);
    client = authority.issue('client', ['DNS:client.test']);
    security.credentials = admin;
    security.tls = {
      ca: authority.pem,
      serverName: 'rocketmq.test',
      cert: fs.readFileSync(client.certFile),
      key: fs.readFileSync(client.keyFile),
    };
    const systemProperties = {
      'tls.test.mode.enable': 'false',
      'tls.enable': 'true',
      'tls.server.mode': 'enforcing',
      'tls.server.need.client.auth': 'require',
      'tls.server.authClient': 'true',
      'tls.server.certPath': server.certFile,
      'tls.server.keyPath': server.keyFile,
      'tls.server.trustCertPath': authority.certFile,
      'tls.client.authServer': 'false',
      'tls.client.certPath': client.certFile,
      'tls.client.keyPath': client.keyFile,
      'tls.client.trustCertPath': authority.certFile,
    };
    const properties = { ...aclProperties, ...transactionBrokerProperties };
    await kit.start(await startApacheRocketMQ(properties, systemProperties));
  }, 120_000);
  afterEach(() => kit.stopMembers());
  afterAll(async () => {
    await kit.stop();
    if (folder) removeFolder(folder);
  }, 60_000);

  const sendWith = async (options: Partial<ClientOptions>): Promise<unknown> => {
    const producer = new DefaultMQProducer(
      { ...kit.common(), producerGroup: 'TLS', retryTimesWhenSendFailed: 0, ...options },
      { logger: new SilentLogger() },
    );
    await kit.startMember(producer);
    return producer.send(createMessage({ topic: 'TBW102', body: 'x' }), { timeoutMs: 5000 });
  };

  describe('TLS', () => {
    it('needs the certificate that the server asks for', async () => {
      const { ca, serverName } = security.tls as { ca: string; serverName: string };
      await expect(sendWith({ tls: { ca, serverName } })).rejects.toMatchObject({
        code: 'NAME_SERVER_UNREACHABLE',
      });
    });

    it.each([
      ['an authority it does not trust', { ca: undefined }],
      ['another name', { serverName: 'other.test' }],
    ])('refuses a server of %s', async (_, other) => {
      await expect(
        sendWith({ tls: { ...(security.tls as object), ...other } }),
      ).rejects.toMatchObject({ code: 'NAME_SERVER_UNREACHABLE' });
    });

    it('does not talk plainly to a server that demands TLS', async () => {
      await expect(sendWith({ tls: false })).rejects.toMatchObject({
        code: 'NAME_SERVER_UNREACHABLE',
      });
    });
  });

  describe('access control', () => describeAccessControl(kit));
  // All that is sent oneway or on the broker's own connection is signed as well.
  describe('pulling', () => describePulling(kit));
  describe('transactions', () => describeTransactions(kit));
  describe('request and reply', () => describeRequestReply(kit));
});
