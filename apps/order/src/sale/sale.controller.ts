import { Body, Controller, Get, Param, Post, UseGuards } from '@nestjs/common';
import { OperatorGuard } from '@rocket-nest/seckill';
import { CreateSaleDto } from './create-sale.dto';
import type { Sale } from './sale.entity';
import { SaleService } from './sale.service';

@Controller('api/sales')
export class SaleController {
  constructor(private readonly sales: SaleService) {}

  @Get()
  list(): Promise<Sale[]> {
    return this.sales.list();
  }

  @Get(':saleId')
  find(@Param('saleId') saleId: string): Promise<Sale> {
    return this.sales.find(saleId);
  }

  @Post()
  @UseGuards(OperatorGuard)
  create(@Body() dto: CreateSaleDto): Promise<Sale> {
    return this.sales.create(dto);
  }
}
