/** The module's options or a listener's are wrong; the text names the key and the fix. */
export class RocketConfigError extends Error {
  override readonly name = 'RocketConfigError';
  readonly code = 'ROCKET_CONFIG';
}
