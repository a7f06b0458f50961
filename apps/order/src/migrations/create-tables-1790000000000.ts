import { schemaOf } from '@rocket-nest/seckill';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables of the order service. */
export class CreateTables1790000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner.connection);
    await runner.query(`
      CREATE TABLE ${schema}.sales (
        id text PRIMARY KEY,
        title text NOT NULL,
        price_cents integer NOT NULL,
        stock integer NOT NULL,
        remaining integer NOT NULL,
        opens_at timestamptz NOT NULL,
        closes_at timestamptz NOT NULL,
        CONSTRAINT sales_remaining_check CHECK (remaining >= 0 AND remaining <= stock)
      )`);
    await runner.query(`
      CREATE TABLE ${schema}.orders (
        id uuid PRIMARY KEY,
        sale_id text NOT NULL REFERENCES ${schema}.sales (id),
        buyer_id text NOT NULL,
        amount_cents integer NOT NULL,
        state text NOT NULL CHECK (state IN ('CREATED', 'CONFIRMED', 'CANCELLED')),
        transaction_id text,
        created_at timestamptz NOT NULL DEFAULT now(),
        closed_at timestamptz,
        CONSTRAINT orders_sale_buyer_key UNIQUE (sale_id, buyer_id)
      )`);
    await runner.query(`CREATE INDEX orders_sale_state_idx ON ${schema}.orders (sale_id, state)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner.connection);
    await runner.query(`DROP TABLE ${schema}.orders, ${schema}.sales`);
  }
}
