import {
  createParamDecorator,
  Injectable,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { BuyerTokens } from './buyer-tokens';

interface BuyerRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly query: Readonly<Record<string, unknown>>;
  user?: { readonly id: string };
}

/**
 * Lets a buyer in by `Authorization: Bearer TOKEN`. A stream of events cannot carry a header in a
 * browser, so `?token=` is taken as well.
 */
@Injectable()
export class BuyerGuard implements CanActivate {
  constructor(private readonly tokens: BuyerTokens) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<BuyerRequest>();
    const id = this.tokens.buyerOf(tokenOf(request));
    if (id === undefined) {
      throw new UnauthorizedException({
        code: 'NO_BUYER',
        message: 'say who you are: get a token by POST /api/buyers, send it as a bearer token',
      });
    }
    request.user = { id };
    return true;
  }
}

function tokenOf({ headers, query }: BuyerRequest): string | undefined {
  const authorization = headers['authorization'];
  if (typeof authorization === 'string') return /^Bearer (\S+)$/.exec(authorization)?.[1];
  return typeof query['token'] === 'string' ? query['token'] : undefined;
}

/** The id of the buyer whom `BuyerGuard` let in. */
export const BuyerId = createParamDecorator(
  (_: unknown, context: ExecutionContext) =>
    context.switchToHttp().getRequest<BuyerRequest>().user?.id,
);
