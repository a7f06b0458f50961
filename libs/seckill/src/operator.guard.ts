import {
  Inject,
  Injectable,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { timingSafeEqual } from 'node:crypto';
import { SECKILL_CONFIG, type SeckillConfig } from './seckill-config';

/** Lets operators in by `Authorization: Bearer OPERATOR_TOKEN`; everyone where none is configured. */
@Injectable()
export class OperatorGuard implements CanActivate {
  constructor(@Inject(SECKILL_CONFIG) private readonly config: SeckillConfig) {}

  canActivate(context: ExecutionContext): boolean {
    const { operatorToken } = this.config;
    if (operatorToken === undefined) return true;
    const { headers } = context
      .switchToHttp()
      .getRequest<{ headers: Record<string, string | undefined> }>();
    const given = Buffer.from(headers['authorization'] ?? '');
    const expected = Buffer.from(`Bearer ${operatorToken}`);
    if (given.length === expected.length && timingSafeEqual(given, expected)) return true;
    throw new UnauthorizedException({
      code: 'NO_OPERATOR',
      message: 'operators send the OPERATOR_TOKEN of this installation as a bearer token',
    });
  }
}
