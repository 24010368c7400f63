import { AuditVerifier } from '../../platform/audit/verify/audit-verifier';
import type { Verification } from '../../platform/audit/verify/verification';
import { type Config, loadConfig } from '../../platform/config';
import { type ErrorBody, NotFound } from '../../platform/errors';
import { findKeys, keyFileOf } from '../../platform/keys';
import { askServer } from '../call-server';
import { EXIT } from '../exit';
import { describeRefusal } from '../faults';
import { quietLog } from '../log-settings';
import { loginOf } from '../login';
import { findServer, type ServerFacts } from '../server-file';
import { renderVerification } from './render-verification';
import { explainDamage, mustHaveStore, openStoreHere, storeFile } from './store-file';
import { mustHaveRepository, withRepository } from './with-repository';

export interface VerifyOptions {
  readonly since?: string;
  readonly user?: string;
  readonly json?: boolean;
}

type Outcome = { readonly answer: Verification } | { readonly refusal: ErrorBody };

/** Through the server of the data folder where one runs: the embedded store has one owner. */
export async function verifyCommand({ since, user, json }: VerifyOptions): Promise<void> {
  const config = loadConfig();
  quietLog(config);
  const login = loginOf(user ?? config.localAdmin);
  const server = await findServer(config.dataDir);
  const outcome = server
    ? await verifyThere(server, config, { login, since })
    : { answer: await verifyHere(config, since) };
  process.stdout.write(json ? `${JSON.stringify(Object.values(outcome)[0], null, 2)}\n` : render(outcome));
  process.exitCode = exitCodeOf(outcome);
}

async function verifyThere(
  server: ServerFacts,
  config: Config,
  { login, since }: { login: string; since: string | undefined },
): Promise<Outcome> {
  const query = since === undefined ? '' : `?since=${encodeURIComponent(since)}`;
  const outcome = await askServer(server, config, { user: login, path: `/api/v1/audit/verification${query}` });
  return 'answer' in outcome ? { answer: outcome.answer as Verification } : outcome;
}

/**
 * Opens store and repository, looks, and closes them again.
 * @throws NotFound where there is no store, key or repository: none is made; StoreInUse while another process has it open.
 */
async function verifyHere(config: Config, since: string | undefined): Promise<Verification> {
  await mustHaveStore(config);
  mustHaveRepository(config);
  const keys = findKeys(config);
  if (!keys) throw noKey(keyFileOf(config));
  const store = await openStoreHere(config);
  try {
    return await withRepository(config, (gitops) =>
      explainDamage(storeFile(config), () => new AuditVerifier(store, keys, gitops).verify(since)),
    );
  } finally {
    await store.close();
  }
}

function noKey(file: string): NotFound {
  return new NotFound(`There is no key ${file}, so nobody can tell whether the seal of the audit trail holds.`, {
    code: 'key_not_found',
    fix: 'Restore it from the backup of the data folder. The next start makes another key, with which the seal does not hold.',
  });
}

function render(outcome: Outcome): string {
  if ('answer' in outcome) return renderVerification(outcome.answer);
  const { refusal } = outcome;
  return `refused (${refusal.code}): ${describeRefusal(refusal.message, refusal)}\n`;
}

function exitCodeOf(outcome: Outcome): number {
  if ('refusal' in outcome) return EXIT.refused;
  return outcome.answer.ok ? EXIT.ok : EXIT.unverified;
}
