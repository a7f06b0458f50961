import { describeAdministration } from './contract/administration';
import { describeConsuming } from './contract/consuming';
import { ContractKit, type ContractServers } from './contract/contract-kit';
import { describeOrderly } from './contract/orderly';
import { describePulling } from './contract/pulling';
import { describeRequestReply } from './contract/request-reply';
import { describeSending } from './contract/sending';
import { describeSharing } from './contract/sharing';
import { describeTransactions } from './contract/transactions';

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
    describe('administration', () => describeAdministration(kit));
  });
}
