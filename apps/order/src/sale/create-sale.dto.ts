import { Type } from 'class-transformer';
import { IsDate, IsInt, IsOptional, Length, Matches, Max, Min } from 'class-validator';

const MAX_STOCK = 1_000_000;
const MAX_PRICE_CENTS = 100_000_000;

export class CreateSaleDto {
  /** Default: a made-up one. */
  @IsOptional()
  @Matches(/^[A-Za-z0-9_-]{1,64}$/)
  id?: string;

  @Length(1, 200)
  title!: string;

  @IsInt()
  @Min(1)
  @Max(MAX_PRICE_CENTS)
  priceCents!: number;

  @IsInt()
  @Min(1)
  @Max(MAX_STOCK)
  stock!: number;

  @Type(() => Date)
  @IsDate()
  opensAt!: Date;

  @Type(() => Date)
  @IsDate()
  closesAt!: Date;
}
