import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** A private certificate authority, as a company has one. */
export class CertificateAuthority {
  /** @param folder is made. */
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
    openssl(
      'req',
      '-x509',
      ...KEY,
      '-keyout',
      this.path('ca.key'),
      '-out',
      this.file,
      '-subj',
      '/CN=test',
      '-days',
      '2',
    );
  }

  /** The authority's own certificate, PEM. */
  get file(): string {
    return this.path('ca.pem');
  }

  /** A certificate for one name. @param name e.g. `IP:127.0.0.1` or `DNS:git.example.org` */
  issue(name: string): Certificate {
    const [key, request, extension, cert] = ['key', 'csr', 'ext', 'pem'].map((type) => this.path(`server.${type}`)) as [
      string,
      string,
      string,
      string,
    ];
    writeFileSync(extension, `subjectAltName=${name}\n`);
    openssl('req', ...KEY, '-keyout', key, '-out', request, '-subj', '/CN=server');
    const signer = ['-CA', this.file, '-CAkey', this.path('ca.key'), '-CAcreateserial'];
    openssl('x509', '-req', '-in', request, ...signer, '-days', '2', '-extfile', extension, '-out', cert);
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  }

  private path(name: string): string {
    return join(this.folder, name);
  }
}

function openssl(...args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}
