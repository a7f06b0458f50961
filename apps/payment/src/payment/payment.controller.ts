import {
  Body,
  Controller,
  Get,
  HttpCode,
  Param,
  ParseUUIDPipe,
  Post,
  UseGuards,
} from '@nestjs/common';
import { BuyerGuard, BuyerId, Refusal, Signer } from '@rocket-nest/seckill';
import { randomUUID } from 'node:crypto';
import { Idempotent } from 'rocket-nest';
import { PaymentCallbackDto } from './payment-callback.dto';
import type { Payment } from './payment.entity';
import { PaymentService } from './payment.service';

const CALLBACK = 'payment-callback';

@Controller('api/payments')
export class PaymentController {
  constructor(
    private readonly payments: PaymentService,
    private readonly signer: Signer,
  ) {}

  @Get(':orderId')
  @UseGuards(BuyerGuard)
  find(
    @Param('orderId', ParseUUIDPipe) orderId: string,
    @BuyerId() buyerId: string,
  ): Promise<Payment> {
    return this.payments.find(orderId, buyerId);
  }

  /**
   * Stands for the page of a payment provider: the buyer agrees, the money is there. A browser that
   * sends it twice with one Idempotency-Key gets the first answer again.
   */
  @Post(':orderId/pay')
  @HttpCode(200)
  @UseGuards(BuyerGuard)
  @Idempotent({ store: 'db' })
  async pay(
    @Param('orderId', ParseUUIDPipe) orderId: string,
    @BuyerId() buyerId: string,
  ): Promise<Payment> {
    const { amountCents } = await this.payments.find(orderId, buyerId);
    return this.payments.pay({ orderId, transactionId: randomUUID(), amountCents });
  }

  /** The provider's own call. It repeats it until it is answered, so the same one is no error. */
  @Post('callback')
  @HttpCode(200)
  async callback(@Body() { signature, ...paid }: PaymentCallbackDto): Promise<{ state: string }> {
    const text = `${paid.orderId} ${paid.transactionId} ${paid.amountCents}`;
    if (!this.signer.isSigned(CALLBACK, text, signature)) {
      throw new Refusal('BAD_SIGNATURE', 'the signature is not the payment provider’s');
    }
    const { state } = await this.payments.pay(paid);
    return { state };
  }
}
