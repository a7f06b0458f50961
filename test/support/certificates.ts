import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

/** Files of one party, PEM; the key as PKCS#8, which Java reads too. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
}

const openssl = (...args: string[]): void => {
  execFileSync('openssl', args, { stdio: 'pipe', timeout: 30_000 });
};
const newKey = ['-newkey', 'rsa:2048', '-nodes'];

/** A certificate authority of a test, with what it signs, all in one folder. */
export class TestAuthority {
  readonly certFile: string;
  private readonly keyFile: string;

  constructor(private readonly folder: string) {
    this.certFile = path.join(folder, 'ca.crt');
    this.keyFile = path.join(folder, 'ca.key');
    openssl(
      ...['req', '-x509', ...newKey, '-days', '2', '-subj', '/CN=test authority'],
      ...['-keyout', this.keyFile, '-out', this.certFile],
    );
  }

  get pem(): string {
    return fs.readFileSync(this.certFile, 'utf8');
  }

  /** `names` as openssl writes them: `DNS:broker.test`, `IP:127.0.0.1`. */
  issue(name: string, names: readonly string[]): Certificate {
    const file = (ending: string): string => path.join(this.folder, `${name}.${ending}`);
    openssl(
      ...['req', ...newKey, '-subj', `/CN=${name}`, '-keyout', file('key'), '-out', file('csr')],
    );
    fs.writeFileSync(file('ext'), `subjectAltName=${names.join(',')}\n`);
    openssl(
      ...['x509', '-req', '-in', file('csr'), '-days', '2', '-CAcreateserial'],
      ...['-CA', this.certFile, '-CAkey', this.keyFile],
      ...['-extfile', file('ext'), '-out', file('crt')],
    );
    return { certFile: file('crt'), keyFile: file('key') };
  }
}
