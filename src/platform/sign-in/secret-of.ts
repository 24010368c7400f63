import { readFile } from 'node:fs/promises';
import { Unavailable } from '../errors';
import { log } from '../logging';

/** A client secret, read at every use so that it can be rotated. @throws Unavailable */
export async function secretOf(file: string | undefined, setting: string): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    const text = (await readFile(file, 'utf8')).trim();
    if (text !== '') return text;
    throw new Error('the file is empty');
  } catch (err) {
    log.error({ err, setting }, 'a client secret cannot be read');
    throw new Unavailable('The sign-in is not set up rightly.', {
      code: 'sign_in_misconfigured',
      fix: `Whoever runs MCTL should look at ${setting}.`,
    });
  }
}
