import { BadRequestException, Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { readAlerts, type Alert } from './alert';
import { AlertService } from './alert.service';

const MAX_ALERTS = 500;

/** The part of an Alertmanager that Prometheus talks to. */
@Controller()
export class AlertController {
  constructor(private readonly alerts: AlertService) {}

  @Post('api/v2/alerts')
  @HttpCode(200)
  async take(@Body() body: unknown): Promise<{ status: 'success' }> {
    await this.alerts.take(checked(body));
    return { status: 'success' };
  }

  @Get('health')
  health(): { status: 'ok' } {
    return { status: 'ok' };
  }
}

function checked(body: unknown): Alert[] {
  try {
    return readAlerts(body, MAX_ALERTS);
  } catch (error) {
    throw new BadRequestException((error as Error).message);
  }
}
