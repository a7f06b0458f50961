import { createHmac, timingSafeEqual } from 'node:crypto';

/** Signs and checks short texts with the secret that both services know. */
export class Signer {
  constructor(private readonly secret: string) {}

  sign(purpose: string, text: string): string {
    return createHmac('sha256', this.secret).update(`${purpose}\n${text}`).digest('base64url');
  }

  isSigned(purpose: string, text: string, signature: string): boolean {
    const expected = Buffer.from(this.sign(purpose, text));
    const given = Buffer.from(signature);
    return expected.length === given.length && timingSafeEqual(expected, given);
  }
}
