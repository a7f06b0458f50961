import { BuyerTokens } from './buyer-tokens';
import { Signer } from './signer';

describe('BuyerTokens', () => {
  const tokens = new BuyerTokens(new Signer('one secret of a shop'));
  const token = tokens.issue('buyer-1');
  const [id, signature] = token.split('.');

  it('knows the buyer of a token that it issued', () => {
    expect(tokens.buyerOf(token)).toBe('buyer-1');
    const otherInstance = new BuyerTokens(new Signer('one secret of a shop'));
    expect(otherInstance.buyerOf(token)).toBe('buyer-1');
  });

  it.each([
    ['no token', undefined],
    ['an empty one', ''],
    ['one without a signature', id],
    ['one with an empty signature', `${id}.`],
    ['one without a buyer', `.${signature}`],
    ['one of another buyer with this signature', `buyer-2.${signature}`],
    ['one with a changed signature', `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`],
    ['one with something behind it', `${token}.x`],
    ['one that is far too long', `${'a'.repeat(10_000)}.${signature}`],
  ])('knows nobody by %s', (_, text) => {
    expect(tokens.buyerOf(text)).toBeUndefined();
  });

  it('knows nobody by what was signed for another purpose, or elsewhere', () => {
    const signer = new Signer('one secret of a shop');
    const forPayment = `buyer-1.${signer.sign('payment-callback', 'buyer-1')}`;
    expect(tokens.buyerOf(forPayment)).toBeUndefined();
    const elsewhere = new BuyerTokens(new Signer('the secret of another'));
    expect(tokens.buyerOf(elsewhere.issue('buyer-1'))).toBeUndefined();
  });
});
