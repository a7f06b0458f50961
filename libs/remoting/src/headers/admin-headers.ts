/** Broker administration and store maintenance. */
import { defineHeader } from '../protocol/header-definition';
import type { HeaderOf } from '../protocol/header-definition';
import { long, text } from '../protocol/header-field';

/** Request of ADD_BROKER (902). */
export const AddBrokerRequestHeader = defineHeader('AddBrokerRequestHeader', {
  configPath: text().optional(),
});
export type AddBrokerRequestHeader = HeaderOf<typeof AddBrokerRequestHeader>;

/** Request of CHECK_ROCKSDB_CQ_WRITE_PROGRESS (354). */
export const CheckRocksdbCqWriteProgressRequestHeader = defineHeader(
  'CheckRocksdbCqWriteProgressRequestHeader',
  {
    topic: text(),
    checkStoreTime: long().orElse(0),
  },
);
export type CheckRocksdbCqWriteProgressRequestHeader = HeaderOf<
  typeof CheckRocksdbCqWriteProgressRequestHeader
>;

/** Request of EXCHANGE_BROKER_HA_INFO (906). */
export const ExchangeHAInfoRequestHeader = defineHeader('ExchangeHAInfoRequestHeader', {
  masterHaAddress: text().optional(),
  masterFlushOffset: long().optional(),
  masterAddress: text().optional(),
});
export type ExchangeHAInfoRequestHeader = HeaderOf<typeof ExchangeHAInfoRequestHeader>;

/** Answer to EXCHANGE_BROKER_HA_INFO (906). */
export const ExchangeHAInfoResponseHeader = defineHeader('ExchangeHAInfoResponseHeader', {
  masterHaAddress: text().optional(),
  masterFlushOffset: long().optional(),
  masterAddress: text().optional(),
});
export type ExchangeHAInfoResponseHeader = HeaderOf<typeof ExchangeHAInfoResponseHeader>;

/** Request of EXPORT_ROCKSDB_CONFIG_TO_JSON (355). */
export const ExportRocksDBConfigToJsonRequestHeader = defineHeader(
  'ExportRocksDBConfigToJsonRequestHeader',
  {
    configType: text(),
  },
);
export type ExportRocksDBConfigToJsonRequestHeader = HeaderOf<
  typeof ExportRocksDBConfigToJsonRequestHeader
>;

/** Answer to GET_BROKER_CONFIG (26). */
export const GetBrokerConfigResponseHeader = defineHeader('GetBrokerConfigResponseHeader', {
  version: text(),
});
export type GetBrokerConfigResponseHeader = HeaderOf<typeof GetBrokerConfigResponseHeader>;

/** Request of RESET_MASTER_FLUSH_OFFSET (908). */
export const ResetMasterFlushOffsetHeader = defineHeader('ResetMasterFlushOffsetHeader', {
  masterFlushOffset: long(),
});
export type ResetMasterFlushOffsetHeader = HeaderOf<typeof ResetMasterFlushOffsetHeader>;

/** Request of VIEW_BROKER_STATS_DATA (315). */
export const ViewBrokerStatsDataRequestHeader = defineHeader('ViewBrokerStatsDataRequestHeader', {
  statsName: text(),
  statsKey: text(),
});
export type ViewBrokerStatsDataRequestHeader = HeaderOf<typeof ViewBrokerStatsDataRequestHeader>;
