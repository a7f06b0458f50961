import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SeckillModule, type SeckillConfig } from '@rocket-nest/seckill';
import { CreateTables1790000000000 } from './migrations/create-tables-1790000000000';
import { PaymentSummaryController } from './payment/payment-summary.controller';
import { PaymentController } from './payment/payment.controller';
import { Payment } from './payment/payment.entity';
import { PaymentListeners } from './payment/payment.listeners';
import { PaymentService } from './payment/payment.service';

const TABLES = { entities: [Payment], migrations: [CreateTables1790000000000] };

/** Money for orders, of which it hears by messages only. */
@Module({})
export class PaymentModule {
  static forConfig(config: SeckillConfig): DynamicModule {
    return {
      module: PaymentModule,
      imports: [
        SeckillModule.forService('payment', config, TABLES),
        TypeOrmModule.forFeature(TABLES.entities),
      ],
      controllers: [PaymentController, PaymentSummaryController],
      providers: [PaymentService, PaymentListeners],
    };
  }
}
