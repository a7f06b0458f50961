import { describeAdministration } from './contract/administration';
import { describeConsuming } from './contract/consuming';
import { ContractKit, type ContractServers } from './contract/contract-kit';
import { describeOrderly } from './contract/orderly';
import { describePulling } from './contract/pulling';
import { describeRealClusters } from './contract/real-clusters';
import { describeRequestReply } from './contract/request-reply';
import { describeSending } from './contract/sending';
import { describeSharing } from './contract/sharing';
import { describeTracing, traceBrokerProperties } from './contract/tracing';
import { describeTransactions, transactionBrokerProperties } from './contract/transactions';

/** What the brokers of the contract are configured with. */
export const contractBrokerProperties = {
  ...transactionBrokerProperties,
  ...traceBrokerProperties,
};

/** What the client promises, the same on every server that speaks the protocol. */
export function describeClientContract(
  name: string,
  startServers: () => Promise<ContractServers>,
): void {
  describe(name, () => {
    const kit = new ContractKit();

    beforeAll(async () => kit.start(await startServers()), 120_000);
    afterEach(() => kit.stopMembers());
    afterAll(() => kit.stop(), 60_000);

    describe('sending', () => describeSending(kit));
    describe('consuming', () => describeConsuming(kit));
    describe('sharing', () => describeSharing(kit));
    describe('orderly', () => describeOrderly(kit));
    describe('pulling', () => describePulling(kit));
    describe('transactions', () => describeTransactions(kit));
    describe('request and reply', () => describeRequestReply(kit));
    describe('tracing', () => describeTracing(kit));
    describe('administration', () => describeAdministration(kit));
    describe('real clusters', () => describeRealClusters(kit));
  });
}
