import { schemaOf } from '@rocket-nest/seckill';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The table of the payment service. */
export class CreateTables1790000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner.connection);
    await runner.query(`
      CREATE TABLE ${schema}.payments (
        order_id uuid PRIMARY KEY,
        sale_id text NOT NULL,
        buyer_id text NOT NULL,
        amount_cents integer NOT NULL CHECK (amount_cents > 0),
        state text NOT NULL CHECK (state IN ('PENDING', 'PAID', 'CLOSED', 'REFUNDED')),
        transaction_id text UNIQUE,
        paid_at timestamptz,
        CHECK ((state IN ('PAID', 'REFUNDED')) = (transaction_id IS NOT NULL))
      )`);
    await runner.query(`CREATE INDEX payments_sale_idx ON ${schema}.payments (sale_id, state)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE ${schemaOf(runner.connection)}.payments`);
  }
}
