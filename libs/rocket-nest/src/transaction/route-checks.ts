import { Logger } from '@nestjs/common';
import type { MessageExt } from '@rocket-nest/common';
import type { LocalTransactionState } from '@rocket-nest/client';
import { RocketConfigError } from '../errors/rocket-config-error';
import { ANY_ROUTE, type TransactionCheckAnswer } from './transaction-check.decorator';
import { TransactionProperty } from './transaction-property';

/** A `@TransactionCheck` method, bound to its instance. */
export interface RouteCheck {
  readonly route: string;
  /** `Class.method`, for messages to people. */
  readonly place: string;
  check(message: MessageExt): TransactionCheckAnswer | Promise<TransactionCheckAnswer>;
}

const ANSWERS: Readonly<Record<string, LocalTransactionState>> = {
  COMMIT: 'COMMIT_MESSAGE',
  ROLLBACK: 'ROLLBACK_MESSAGE',
  UNKNOWN: 'UNKNOW',
};

/** The hand-written checks of one connection, by the route that half messages carry. */
export class RouteChecks {
  private readonly logger = new Logger('RocketTransactions');
  private readonly byRoute = new Map<string, RouteCheck>();

  add(check: RouteCheck): void {
    const other = this.byRoute.get(check.route);
    if (other) {
      throw new RocketConfigError(
        `two @TransactionCheck('${check.route}'): ${other.place} and ${check.place}; keep one of them`,
      );
    }
    this.byRoute.set(check.route, check);
  }

  has(route: string): boolean {
    return this.byRoute.has(route) || this.byRoute.has(ANY_ROUTE);
  }

  async check(message: MessageExt): Promise<LocalTransactionState> {
    const route = message.properties.get(TransactionProperty.ROUTE);
    const found = this.byRoute.get(route ?? ANY_ROUTE) ?? this.byRoute.get(ANY_ROUTE);
    if (!found) {
      this.logger.error(
        `nothing here can tell how the transaction of message ${message.msgId} (topic ` +
          `${message.topic}) ended: there is no @TransactionCheck('${route ?? ANY_ROUTE}')`,
      );
      return 'UNKNOW';
    }
    const answer = await found.check(message);
    return ANSWERS[answer] ?? (answer as LocalTransactionState);
  }
}
