import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';

/** How a client connects by TLS, 1.2 and up. Texts are PEM. */
export interface ClientTlsOptions {
  /** Certificates that servers' must go back to. Default: those Node trusts. */
  readonly ca?: string | Buffer | readonly (string | Buffer)[] | undefined;
  /** This client's own certificate, for servers that ask for one, with its `key`. */
  readonly cert?: string | Buffer | undefined;
  readonly key?: string | Buffer | undefined;
  /** Opens an encrypted `key`. */
  readonly passphrase?: string | undefined;
  /**
   * The name that servers' certificates are for. Default: the host connected to, which for brokers is
   * mostly an IP address.
   */
  readonly serverName?: string | undefined;
  /** False accepts any certificate, so that anybody may stand in between: for tests only. Default true. */
  readonly rejectUnauthorized?: boolean | undefined;
}

/** Opens TLS connections. Node's TLS is loaded with the first of them. */
export class ClientTls {
  private context: SecureContext | undefined = undefined;

  constructor(private readonly options: ClientTlsOptions) {}

  /** The socket emits `secureConnect` when it can be used. Throws for unusable certificates. */
  connect(host: string, port: number): Socket {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const tls = require('node:tls') as typeof import('node:tls');
    const { ca, cert, key, passphrase, serverName, rejectUnauthorized = true } = this.options;
    this.context ??= tls.createSecureContext({
      minVersion: 'TLSv1.2',
      ...(ca !== undefined && { ca: typeof ca === 'string' || Buffer.isBuffer(ca) ? ca : [...ca] }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(passphrase !== undefined && { passphrase }),
    });
    const socket = tls.connect({
      host,
      port,
      secureContext: this.context,
      rejectUnauthorized,
      ...(serverName !== undefined && {
        servername: serverName,
        checkServerIdentity: (_: string, certificate: import('node:tls').PeerCertificate) =>
          tls.checkServerIdentity(serverName, certificate),
      }),
    });
    return socket.setNoDelay(true);
  }
}
