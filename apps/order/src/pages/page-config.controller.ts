import { Controller, Get, Inject } from '@nestjs/common';
import { SkipThrottle } from '@nestjs/throttler';
import { SECKILL_CONFIG, type SeckillConfig } from '@rocket-nest/seckill';

/** What the pages have to know of the installation. */
@SkipThrottle()
@Controller('api/config')
export class PageConfigController {
  constructor(@Inject(SECKILL_CONFIG) private readonly config: SeckillConfig) {}

  /** `paymentUrl` is empty where both services are behind one address. */
  @Get()
  find(): { paymentUrl: string } {
    return { paymentUrl: this.config.paymentUrl ?? '' };
  }
}
