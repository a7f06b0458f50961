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
