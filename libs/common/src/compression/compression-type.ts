import { MessageSysFlag } from '../message/message-sys-flag';
import { RocketError } from '../errors/rocket-error';

/** How bodies are compressed, with RocketMQ's numbers. */
export const CompressionType = { LZ4: 1, ZSTD: 2, ZLIB: 3 } as const;
export type CompressionType = (typeof CompressionType)[keyof typeof CompressionType];
export type CompressionTypeName = keyof typeof CompressionType;

const TYPE_SHIFT = 8;

/** The bits to set in the sysFlag of a message whose body was compressed so. */
export function compressionSysFlag(type: CompressionType): number {
  return MessageSysFlag.COMPRESSED_FLAG | (type << TYPE_SHIFT);
}

/** The compression type in `sysFlag`; no bits mean ZLIB. Throws COMPRESSION_UNKNOWN. */
export function compressionTypeOf(sysFlag: number): CompressionType {
  const type = (sysFlag & MessageSysFlag.COMPRESSION_TYPE_COMPARATOR) >> TYPE_SHIFT;
  switch (type) {
    case 0:
    case CompressionType.ZLIB:
      return CompressionType.ZLIB;
    case CompressionType.LZ4:
    case CompressionType.ZSTD:
      return type;
    default:
      throw new RocketError(
        'COMPRESSION_UNKNOWN',
        `the message is compressed with the unknown type ${type}; known are LZ4, ZSTD and ZLIB`,
      );
  }
}
