import { HttpException } from '@nestjs/common';

/** Why a shop says no; each has one HTTP status. */
const STATUS = {
  UNKNOWN_SALE: 404,
  UNKNOWN_ORDER: 404,
  SALE_EXISTS: 409,
  NOT_YOURS: 403,
  SALE_NOT_OPEN: 409,
  SALE_CLOSED: 409,
  SOLD_OUT: 409,
  ALREADY_BOUGHT: 409,
  ORDER_CANCELLED: 409,
  WRONG_AMOUNT: 422,
  BAD_SIGNATURE: 403,
  BUSY: 503,
} as const;

export type RefusalCode = keyof typeof STATUS;

/** A clear no to a buyer: a code for programs, a sentence for people. */
export class Refusal extends HttpException {
  constructor(
    readonly code: RefusalCode,
    message: string,
  ) {
    super({ code, message }, STATUS[code]);
  }
}

export function isRefusal(error: unknown): error is Refusal {
  return String((error as { code?: unknown } | null)?.code) in STATUS;
}
