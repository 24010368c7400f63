import { readFile } from 'node:fs/promises';
import { misconfigured } from './github-faults';

/**
 * A secret kept in a file; read at every use, so that it can be rotated. What it holds is never told.
 * @throws Conflict `github_app_misconfigured` where the file cannot be read or does not hold what it should.
 */
export async function readSecret(path: string, setting: string, rule: RegExp): Promise<string> {
  const fix = `Put it there, readable by MCTL: see ${setting}.`;
  const text = await readFile(path, 'utf8').then(
    (content) => content.trim(),
    (cause: unknown) => {
      throw misconfigured(`the file that ${setting} names cannot be read`, fix, cause);
    },
  );
  if (rule.test(text)) return text;
  throw misconfigured(`the file that ${setting} names does not hold what it should`, fix);
}

/** GitHub gives out PKCS#1; PKCS#8 is taken as well. */
export const PRIVATE_KEY = /^-----BEGIN (RSA )?PRIVATE KEY-----[\s\S]+-----END (RSA )?PRIVATE KEY-----$/;
export const ONE_WORD = /^[\x21-\x7e]+$/;
