export { RequestCode } from './protocol/request-code';
export { ResponseCode } from './protocol/response-code';
export { LanguageCode, languageName, languageOfName } from './protocol/language-code';
export type { LanguageName } from './protocol/language-code';
export { MQVersion, versionName } from './protocol/mq-version';
export { RemotingError } from './protocol/remoting-error';
export type { RemotingErrorCode } from './protocol/remoting-error';
export { RemotingCommand, SerializeType } from './protocol/remoting-command';
export type { CustomHeader, ExtFieldWriter } from './protocol/ext-field-writer';
export { decodeHeader, defineHeader, encodeHeader } from './protocol/header-definition';
export type {
  HeaderDefinition,
  HeaderFields,
  HeaderInit,
  HeaderOf,
} from './protocol/header-definition';
export type { HeaderField } from './protocol/header-field';
export * from './headers';
export type {
  Connection,
  ConnectionListener,
  InvokeCallback,
  LimitHits,
  RequestHandler,
} from './transport/connection';
export type { RemotingDependencies } from './transport/remoting-dependencies';
export type { RpcObserver, RpcResult } from './transport/rpc-times';
export { RemotingServer } from './transport/remoting-server';
export type { RemotingServerOptions } from './transport/remoting-server-options';
export { RemotingClient } from './transport/remoting-client';
export type { ClientTlsOptions } from './transport/client-tls';
export type { RemotingClientOptions } from './transport/remoting-client-options';
export { isJsonObject } from './json/json-value';
export type { JsonObject, JsonValue } from './json/json-value';
export { MAX_JSON_DEPTH, parseJson } from './json/parse-json';
export type { ParseJsonOptions } from './json/parse-json';
export { ObjectKeyMap, stringifyJson } from './json/stringify-json';
export type { StringifyJsonOptions } from './json/stringify-json';
export {
  decodeBody,
  decodeBodyList,
  defineBody,
  encodeBody,
  encodeBodyText,
} from './bodies/body-definition';
export type { BodyDefinition, BodyFields, BodyInit, BodyOf } from './bodies/body-definition';
export type { BodyField, BodyType } from './bodies/body-field';
export type {
  CMResult,
  ConsumeFromWhere,
  ConsumeType,
  LiteSubscriptionAction,
  MessageModel,
  MessageRequestMode,
} from './bodies/enum-fields';
export * from './bodies';
export { decodeCommand } from './codec/decode-command';
export { encodeCommand } from './codec/encode-command';
export { FrameDecoder } from './codec/frame-decoder';
export { DEFAULT_FRAME_LIMITS } from './codec/frame-limits';
export type { FrameLimits } from './codec/frame-limits';
export type { RemotingStats } from './transport/connection-hub';
export { DataVersionBody } from './bodies/model-fields';
export { decodeRegisterBrokerBody, encodeRegisterBrokerBody } from './bodies/register-broker-codec';
export type { RegisterBrokerCodecOptions } from './bodies/register-broker-codec';
