import { BadRequestException, Controller, Get, Param, Post, UseGuards } from '@nestjs/common';
import { SkipThrottle } from '@nestjs/throttler';
import { OperatorGuard } from '@rocket-nest/seckill';
import { GROUPS, type ShopGroup } from './groups';
import { OperatorService, type SaleOverview } from './operator.service';
import { QueueWatch, type GroupProgress } from './queue-watch';

@SkipThrottle()
@Controller('api/operator')
@UseGuards(OperatorGuard)
export class OperatorController {
  constructor(
    private readonly operator: OperatorService,
    private readonly queues: QueueWatch,
  ) {}

  @Get('sales')
  sales(): Promise<SaleOverview[]> {
    return this.operator.overview();
  }

  @Get('sales/:saleId')
  sale(@Param('saleId') saleId: string): Promise<SaleOverview> {
    return this.operator.saleOverview(saleId);
  }

  @Get('groups')
  groups(): Promise<GroupProgress[]> {
    return this.operator.groups();
  }

  /** Gives a group its dead letters again. */
  @Post('groups/:group/replay')
  async replay(@Param('group') group: string): Promise<{ replayed: number }> {
    if (!isShopGroup(group)) {
      throw new BadRequestException({
        code: 'UNKNOWN_GROUP',
        message: `there is no group '${group}'; there are ${GROUPS.join(', ')}`,
      });
    }
    return { replayed: await this.queues.replay(group) };
  }
}

function isShopGroup(group: string): group is ShopGroup {
  return (GROUPS as readonly string[]).includes(group);
}
