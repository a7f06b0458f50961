import { RocketConfigError } from '../errors/rocket-config-error';
import type { HalfSender } from './half-sender';
import type { LogRetention } from './log-retention';
import type { RouteChecks } from './route-checks';
import type { TransactionExplorer } from './transaction-explorer';
import type { BackgroundPart } from './transaction-lifecycle';
import type { TransactionLog } from './transaction-log';
import { destinationOf } from './transactional-method-message';

/** What runs in the background for the transactions of one connection. */
export class TransactionPart implements BackgroundPart {
  constructor(
    private readonly connection: string,
    private readonly explorer: TransactionExplorer,
    private readonly sender: HalfSender,
    private readonly checks: RouteChecks,
    private readonly logged: { log: TransactionLog; retention: LogRetention } | undefined,
    private readonly enabled: boolean,
  ) {}

  /** @throws RocketConfigError or RocketDatabaseError for what could not work later */
  async start(): Promise<void> {
    for (const check of this.explorer.checks(this.connection)) this.checks.add(check);
    const methods = this.explorer.methods(this.connection);
    for (const { place, options } of methods) {
      this.sender.addTopic(destinationOf(options).topic);
      if (options.txLog === 'none') this.needCheck(place, options.route ?? place);
      else this.needLog(place);
    }
    await this.logged?.log.id(); // a missing table is told now, not at the first message
    if (!this.enabled) return;
    this.logged?.retention.start();
    this.sender.startInBackground();
  }

  async stop(): Promise<void> {
    await this.sender.shutdown();
    await this.logged?.retention.stop();
  }

  private needCheck(place: string, route: string): void {
    if (this.checks.has(route)) return;
    throw new RocketConfigError(
      `${place} has txLog: 'none', but there is no @TransactionCheck('${route}') that tells how its ` +
        'transactions ended',
    );
  }

  private needLog(place: string): void {
    if (this.logged) return;
    throw new RocketConfigError(
      `${place} is a @TransactionalMessage, which needs rocket_tx_log in a database: add ` +
        "RocketDatabaseModule, or use txLog: 'none' with a @TransactionCheck",
    );
  }
}
