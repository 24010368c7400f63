import { setTimeout as sleep } from 'node:timers/promises';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createApp } from '../app';
import { seedDemo } from '../demo';
import { LocalIssuer } from '../platform/auth/local-issuer';
import { Config, isInClear, loadConfig, tokenCommand } from '../platform/config';
import { MctlError } from '../platform/errors';
import { knowsNone, operationsOnBranch } from '../platform/audit/lost-operations';
import { Gitops, hasForgottenRemote } from '../platform/gitops';
import { EmbeddedSecretStore, SecretStore } from '../platform/secrets';
import { Store } from '../platform/store';
import { attention, FORGOTTEN_REMOTE, lostStore } from './attention';
import { renderBanner } from './banner';
import { cliActor } from './cli-actor';
import { describeFault } from './faults';
import { applyLogSettings } from './log-settings';
import { removeServerFile, writeServerFile } from './server-file';
import { dieOnUncaughtErrors, drain, stopOnSignals } from './shutdown';

export interface ServeOptions {
  readonly demo?: boolean;
  readonly quiet?: boolean;
}

const IN_CLEAR =
  'MCTL_PUBLIC_URL is http: anybody on the way can read every token, and no page to sign in is served. Put MCTL behind https and set that address';
const TOKEN_TTL_HOURS = 12;
const PROGRESS_MS = 2_000;
/** A repository that needs longer is read while MCTL listens; whoever asks meanwhile is told how far it is. */
const FIRST_ANSWER_MS = 10_000;

/** Starts the server and says where it is; returns while it runs. */
export async function serve(options: ServeOptions): Promise<void> {
  const config = loadConfig();
  applyLogSettings(config);
  // Before the repository is made: afterwards nothing shows it any more.
  const forgotten = hasForgottenRemote(config) ? [attention(FORGOTTEN_REMOTE)] : [];
  const app = await createApp(config);
  dieOnUncaughtErrors();
  const stopping = stopOnSignals(() => stop(app, options));
  try {
    await open(app, config, options, forgotten);
  } catch (error) {
    // What is still under way while the program is taken down around it fails as a matter of course.
    if (!stopping.aborted) throw error;
  }
}

async function open(
  app: NestExpressApplication,
  config: Config,
  { demo, quiet }: ServeOptions,
  forgotten: readonly string[],
): Promise<void> {
  const isNew = await knowsNone(app.get(Store));
  const stopTelling = quiet ? () => undefined : tellProgress(app.get(Gitops));
  const notes = [
    ...forgotten,
    ...(isInClear(config.values.publicUrl) ? [attention(IN_CLEAR)] : []),
    ...(await lostKey(app.get(SecretStore))),
    ...(await askRepository(app.get(Gitops), isNew).finally(stopTelling)),
  ];
  await app.listen(config.values.port, config.values.host);
  const address = await app.getUrl();
  writeServerFile(config.dataDir, address);
  process.once('exit', () => removeServerFile(config.dataDir));
  if (demo) notes.push(...(await seedDemo(app, (login) => cliActor(config, login, 'mctl-demo'))));
  process.stdout.write(quiet ? `listening ${address}\n` : await bannerOf(app, address, notes));
}

async function stop(app: NestExpressApplication, { quiet }: ServeOptions): Promise<void> {
  if (!quiet) process.stdout.write('\nStopping: what was accepted comes to its end. Ctrl-C again stops at once.\n');
  await drain(app);
  if (!quiet) process.stdout.write('Stopped.\n');
}

/** A line every two seconds while the repository is read for the first time: nobody should wait before a blank screen. */
function tellProgress(gitops: Gitops): () => void {
  const tell = (): void => void process.stdout.write(`${gitops.describe()}: ${gitops.firstReading ?? 'read'}\n`);
  const timer = setInterval(tell, PROGRESS_MS).unref();
  return () => clearInterval(timer);
}

/**
 * What the repository has to say before anybody relies on it.
 * @throws Conflict where waiting would not help, e.g. a remote that is not there; one that is merely away does not keep MCTL down.
 */
async function askRepository(gitops: Gitops, isNew: boolean): Promise<string[]> {
  const isLate = sleep(FIRST_ANSWER_MS, undefined, { ref: false });
  const tooSlow = isLate.then(() => [`Attention: ${gitops.describe()}: ${gitops.firstReading ?? 'almost read'}.`]);
  try {
    return await Promise.race([lookAt(gitops, isNew), tooSlow]);
  } catch (error) {
    if (error instanceof MctlError && error.retryable) return [`Attention: ${describeFault(error) ?? error.message}`];
    throw error;
  }
}

/** Nothing else would show it before somebody needs a value. */
async function lostKey(secrets: SecretStore): Promise<string[]> {
  const count = secrets instanceof EmbeddedSecretStore ? await secrets.countForeign() : 0;
  if (count === 0) return [];
  const values = count === 1 ? 'The value of 1 secret' : `Values of ${count} secrets`;
  return [`Attention: ${values} cannot be opened: another key sealed them. Check MCTL_SECRETS_KEY_FILE.`];
}

/** Without charts and ApplicationSets Argo CD would apply nothing of what MCTL commits. */
async function lookAt(gitops: Gitops, isNew: boolean): Promise<string[]> {
  const { head } = await gitops.refresh();
  const lost = isNew ? await operationsOnBranch(gitops, head) : 0;
  const notes = lost > 0 ? [attention(lostStore(lost))] : [];
  const chart = gitops.layout.under('charts/service/Chart.yaml');
  const isSeeded = (await gitops.readAtHead([chart])).size > 0;
  if (isSeeded) return notes;
  const what = head === undefined ? 'the repository is empty' : `the repository has no ${chart}`;
  return [...notes, `Attention: ${what}. npm run --silent mctl -- init puts charts and ApplicationSets into it.`];
}

async function bannerOf(app: NestExpressApplication, address: string, notes: readonly string[]): Promise<string> {
  const config = app.get(Config);
  const user = config.localAdmin;
  // What is no terminal is a file or a journal, where a token would stay. Elsewhere than here a local token opens nothing.
  const isShown = process.stdout.isTTY && config.values.publicUrl === undefined;
  return renderBanner({
    address,
    publicUrl: config.values.publicUrl ?? address,
    dataDir: config.dataDir,
    repository: app.get(Gitops).describe(),
    local: config.takesLocalTokens
      ? {
          user,
          token: isShown ? await app.get(LocalIssuer).sign(user, TOKEN_TTL_HOURS * 3_600_000) : undefined,
          ttlHours: TOKEN_TTL_HOURS,
        }
      : undefined,
    offersOAuth: config.offersOAuth,
    tokenCommand: tokenCommand(config),
    others: [
      ...(config.offersOAuth ? ['OAuth, with a browser'] : []),
      ...config.values.oidcIssuers.map(({ issuer }) => `JWTs of ${issuer}`),
      ...(config.values.githubTokens ? ['GitHub tokens'] : []),
    ],
    notes,
  });
}
