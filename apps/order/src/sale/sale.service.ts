import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Refusal } from '@rocket-nest/seckill';
import { randomUUID } from 'node:crypto';
import type { Repository } from 'typeorm';
import { isUniqueViolation } from '../database/unique-violation';
import type { CreateSaleDto } from './create-sale.dto';
import { Sale } from './sale.entity';

/** How old what buyers see of a sale may be. */
const CACHE_MS = 500;
const MAX_LISTED = 50;

/** Opens sales and tells about them. */
@Injectable()
export class SaleService {
  private cached: { readonly at: number; readonly sales: Promise<Sale[]> } | undefined;

  constructor(@InjectRepository(Sale) private readonly sales: Repository<Sale>) {}

  /** Throws SALE_EXISTS. */
  async create({ id = randomUUID(), ...dto }: CreateSaleDto): Promise<Sale> {
    const sale = this.sales.create({ id, ...dto, remaining: dto.stock });
    try {
      await this.sales.insert(sale);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new Refusal('SALE_EXISTS', `there is a sale '${id}' already`);
    }
    this.cached = undefined;
    return sale;
  }

  /** The latest sales, as they were within the last half second. */
  list(): Promise<Sale[]> {
    const now = Date.now();
    if (this.cached === undefined || now - this.cached.at > CACHE_MS) {
      const sales = this.sales.find({ order: { opensAt: 'DESC' }, take: MAX_LISTED });
      // A failed look is not kept.
      sales.catch(() => (this.cached = undefined));
      this.cached = { at: now, sales };
    }
    return this.cached.sales;
  }

  /** The truth, from the database. Throws UNKNOWN_SALE. */
  async find(saleId: string): Promise<Sale> {
    const sale = await this.sales.findOneBy({ id: saleId });
    if (sale) return sale;
    throw new Refusal('UNKNOWN_SALE', `there is no sale '${saleId}'`);
  }

  /** The sale, when it sells now. Throws UNKNOWN_SALE, SALE_NOT_OPEN and SALE_CLOSED. */
  async findOpen(saleId: string): Promise<Sale> {
    const listed = (await this.list()).find(({ id }) => id === saleId);
    const sale = listed ?? (await this.find(saleId));
    const now = Date.now();
    if (now < sale.opensAt.getTime()) {
      throw new Refusal('SALE_NOT_OPEN', `the sale opens at ${sale.opensAt.toISOString()}`);
    }
    if (now >= sale.closesAt.getTime()) {
      throw new Refusal('SALE_CLOSED', `the sale closed at ${sale.closesAt.toISOString()}`);
    }
    return sale;
  }

  /** Takes one item, in the caller's transaction; false when none is left. */
  async take(saleId: string): Promise<boolean> {
    const result = await this.sales
      .createQueryBuilder()
      .update()
      .set({ remaining: () => 'remaining - 1' })
      .where('id = :saleId AND remaining > 0', { saleId })
      .execute();
    return result.affected === 1;
  }

  /** Puts one item back, in the caller's transaction. */
  async putBack(saleId: string): Promise<void> {
    await this.sales.increment({ id: saleId }, 'remaining', 1);
  }
}
