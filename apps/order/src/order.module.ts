import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SeckillModule, type SeckillConfig } from '@rocket-nest/seckill';
import { GateKeeper } from './gate/gate-keeper';
import { ReservationCleaner } from './gate/reservation-cleaner';
import { stockGateProviders } from './gate/stock-gate.provider';
import { CreateTables1790000000000 } from './migrations/create-tables-1790000000000';
import { OrderNewsController } from './notification/order-news.controller';
import { OrderNewsListener } from './notification/order-news.listener';
import { OrderNewsRoom } from './notification/order-news';
import { OperatorController } from './operator/operator.controller';
import { OperatorService } from './operator/operator.service';
import { QueueWatch } from './operator/queue-watch';
import { BuyerController } from './order/buyer.controller';
import { OrderCreation } from './order/order-creation';
import { OrderSettlement } from './order/order-settlement';
import { OrderController } from './order/order.controller';
import { Order } from './order/order.entity';
import { OrderListeners } from './order/order.listeners';
import { OrderService } from './order/order.service';
import { PageConfigController } from './pages/page-config.controller';
import { SaleController } from './sale/sale.controller';
import { Sale } from './sale/sale.entity';
import { SaleService } from './sale/sale.service';

const TABLES = { entities: [Sale, Order], migrations: [CreateTables1790000000000] };

/** Sales, orders, stock, and the pages for buyers and operators. */
@Module({})
export class OrderModule {
  static forConfig(config: SeckillConfig): DynamicModule {
    return {
      module: OrderModule,
      imports: [
        SeckillModule.forService('order', config, TABLES),
        TypeOrmModule.forFeature(TABLES.entities),
      ],
      controllers: [
        BuyerController,
        SaleController,
        OrderController,
        OrderNewsController,
        OperatorController,
        PageConfigController,
      ],
      providers: [
        ...stockGateProviders,
        SaleService,
        GateKeeper,
        ReservationCleaner,
        OrderCreation,
        OrderSettlement,
        OrderService,
        OrderListeners,
        OrderNewsRoom,
        OrderNewsListener,
        OperatorService,
        QueueWatch,
      ],
    };
  }
}
