import { Module, type DynamicModule } from '@nestjs/common';
import { AlertController } from './alert.controller';
import { AlertService } from './alert.service';
import type { Webhook } from './webhook';

@Module({})
export class AlertsModule {
  /** Without a webhook alerts are logged. */
  static forWebhook(webhook: Webhook | undefined): DynamicModule {
    return {
      module: AlertsModule,
      controllers: [AlertController],
      providers: [{ provide: AlertService, useValue: new AlertService(webhook) }],
    };
  }
}
