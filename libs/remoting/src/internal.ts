export { bool, int, long, text } from './protocol/header-field';
