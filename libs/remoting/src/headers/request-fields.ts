import { bool, text } from '../protocol/header-field';

/** Fields that any proxied request may carry: namespace, broker name, oneway. */
export const rpcRequestFields = {
  ns: text().optional(),
  nsd: bool().optional(),
  bname: text().optional(),
  oway: bool().optional(),
};

/** `lo` set to false asks for the logical queue of a static topic, not this broker's own. */
export const topicRequestFields = {
  ...rpcRequestFields,
  lo: bool().optional(),
};
