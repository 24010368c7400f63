import { Conflict, MctlError, Unavailable } from '../errors';

/** SQLSTATE by class or code (PostgreSQL, appendix A): what no repetition mends. */
const FINAL: readonly [states: RegExp, code: string, message: string, fix: string][] = [
  [
    /^28/,
    'database_server_refused',
    'The PostgreSQL server refuses MCTL’s own login.',
    'A platform administrator checks user and password in MCTL_DATABASE_ADMIN_URL, and pg_hba.conf of the server.',
  ],
  [
    /^3D000$/,
    'database_server_refused',
    'The database that MCTL signs in to does not exist on the PostgreSQL server.',
    'A platform administrator names one in MCTL_DATABASE_ADMIN_URL that does, e.g. postgres.',
  ],
  [
    /^(42501|0LP01|0LP02)$/,
    'database_server_forbids',
    'MCTL’s own login may not do this on the PostgreSQL server.',
    'A platform administrator gives it CREATEROLE and CREATEDB; extensions that are not trusted take a superuser.',
  ],
  [
    /^(0A000|58P01)$/,
    'database_server_cannot',
    'The PostgreSQL server does not have what this takes.',
    'Leave the extension out, or have an administrator install it on the server.',
  ],
];

/** Node’s and OpenSSL’s codes of a certificate that is not accepted, and what `pg` says of a server without TLS. */
const TLS =
  /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED_CERT)|does not support SSL connections/;

/**
 * The error of ours for one of `pg`: a Conflict where trying again is of no use, otherwise Unavailable. The message of the server
 * stays inside, for it may name addresses and users; its SQLSTATE is shown.
 */
export function serverFailure(error: unknown): MctlError {
  if (error instanceof MctlError) return error;
  const { code = '', message = '' } = error as { code?: string; message?: string };
  const final = /^[0-9A-Z]{5}$/.test(code) ? FINAL.find(([states]) => states.test(code)) : undefined;
  if (final) {
    const [, ownCode, text, fix] = final;
    return new Conflict(`${text} (SQLSTATE ${code})`, { code: ownCode, fix, cause: error });
  }
  if (TLS.test(code) || TLS.test(message)) {
    return badTls(error);
  }
  return new Unavailable(`The PostgreSQL server cannot be reached${code ? ` (${code})` : ''}; MCTL tries again.`, {
    code: 'database_server_unreachable',
    cause: error,
  });
}

/** The URL asks for encryption that cannot be had. */
export function badTls(cause: unknown): Conflict {
  return new Conflict('The connection to the PostgreSQL server cannot be encrypted as its URL asks for.', {
    code: 'database_server_tls',
    fix: 'A platform administrator checks sslmode and sslrootcert in MCTL_DATABASE_ADMIN_URL, and the server’s certificate.',
    cause,
  });
}
