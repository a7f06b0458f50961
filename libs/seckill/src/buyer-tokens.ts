import { Injectable } from '@nestjs/common';
import { Signer } from './signer';

const PURPOSE = 'buyer';
const MAX_TOKEN_LENGTH = 200;

/** Tokens by which a browser shows which buyer it is: `buyerId.signature`. */
@Injectable()
export class BuyerTokens {
  constructor(private readonly signer: Signer) {}

  issue(buyerId: string): string {
    return `${buyerId}.${this.signer.sign(PURPOSE, buyerId)}`;
  }

  /** The buyer of a token, undefined when it was not issued here. */
  buyerOf(token: string | undefined): string | undefined {
    if (!token || token.length > MAX_TOKEN_LENGTH) return undefined;
    const dot = token.indexOf('.');
    const buyerId = token.slice(0, dot);
    if (dot <= 0 || !this.signer.isSigned(PURPOSE, buyerId, token.slice(dot + 1))) return undefined;
    return buyerId;
  }
}
