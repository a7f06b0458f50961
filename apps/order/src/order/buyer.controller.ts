import { Controller, Get, Post, UseGuards } from '@nestjs/common';
import { BuyerGuard, BuyerId, BuyerTokens } from '@rocket-nest/seckill';
import { randomUUID } from 'node:crypto';

/** Makes buyers; a real shop has accounts instead. */
@Controller('api/buyers')
export class BuyerController {
  constructor(private readonly tokens: BuyerTokens) {}

  @Post()
  create(): { buyerId: string; token: string } {
    const buyerId = randomUUID();
    return { buyerId, token: this.tokens.issue(buyerId) };
  }

  @Get('me')
  @UseGuards(BuyerGuard)
  me(@BuyerId() buyerId: string): { buyerId: string } {
    return { buyerId };
  }
}
