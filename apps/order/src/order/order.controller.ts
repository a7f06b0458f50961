import { Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, UseGuards } from '@nestjs/common';
import { BuyerGuard, BuyerId } from '@rocket-nest/seckill';
import type { Order } from './order.entity';
import { OrderService, type PlacedOrder } from './order.service';

@Controller('api')
@UseGuards(BuyerGuard)
export class OrderController {
  constructor(private readonly orders: OrderService) {}

  /** Buys one item. */
  @Post('sales/:saleId/orders')
  @HttpCode(201)
  place(@Param('saleId') saleId: string, @BuyerId() buyerId: string): Promise<PlacedOrder> {
    return this.orders.place(saleId, buyerId);
  }

  @Get('orders')
  list(@BuyerId() buyerId: string): Promise<Order[]> {
    return this.orders.listOf(buyerId);
  }

  @Get('orders/:orderId')
  find(
    @Param('orderId', ParseUUIDPipe) orderId: string,
    @BuyerId() buyerId: string,
  ): Promise<Order> {
    return this.orders.find(orderId, buyerId);
  }
}
