import { Audit } from '../../platform/audit/audit';
import { mustBeEmpty, rebuildAudit, type RebuildSources } from '../../platform/audit/rebuild/rebuild-audit';
import type { RebuildReport } from '../../platform/audit/rebuild/rebuild-report';
import type { OperationKnowledge } from '../../platform/audit/rebuild/restored-operation';
import { type Config, loadConfig } from '../../platform/config';
import { Conflict } from '../../platform/errors';
import { keysOf } from '../../platform/keys';
import { OperationRegistry } from '../../platform/operations/registry';
import { packageVersion } from '../../platform/package-root';
import { fieldsOf } from '../../platform/schema';
import { cliActor } from '../cli-actor';
import { quietLog } from '../log-settings';
import { loginOf } from '../login';
import { withScratchApp } from '../scratch-app';
import { findServer, type ServerFacts } from '../server-file';
import { renderRebuild } from './render-rebuild';
import { isStoreThere, mustBeAlone, openStoreHere, storeName } from './store-file';
import { mustHaveRepository, withRepository } from './with-repository';

export interface RebuildOptions {
  readonly dryRun?: boolean;
  readonly user?: string;
  readonly json?: boolean;
}

/** @throws Conflict while a server runs, or where the store holds anything; NotFound where there is no repository. */
export async function rebuildCommand({ dryRun, user, json }: RebuildOptions): Promise<void> {
  const config = loadConfig();
  quietLog(config);
  const login = loginOf(user ?? config.localAdmin);
  const server = await findServer(config.dataDir);
  if (server) throw serverRuns(server);
  mustHaveRepository(config);
  const sources = {
    knowledge: await readKnowledge(),
    actor: cliActor(config, login, `mctl-cli/${packageVersion}`),
  };
  quietLog(config);
  const report = await withStore(config, dryRun === true, (target) => rebuild(config, { ...sources, target }));
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : renderRebuild(report));
}

/** Opens the store unless this is only a look; one that is there must be empty in either case. */
async function withStore(
  config: Config,
  isDryRun: boolean,
  work: (target: RebuildSources['target']) => Promise<RebuildReport>,
): Promise<RebuildReport> {
  if (isDryRun && !(await isStoreThere(config))) return work(undefined);
  await mustBeAlone(config);
  const store = await openStoreHere(config);
  try {
    await mustBeEmpty(store, storeName(config));
    return await work(isDryRun ? undefined : { store, audit: new Audit(store, keysOf(config)) });
  } finally {
    await store.close();
  }
}

function rebuild(
  config: Config,
  sources: Pick<RebuildSources, 'target' | 'knowledge' | 'actor'>,
): Promise<RebuildReport> {
  return withRepository(config, async (gitops) => {
    const { head } = await gitops.refresh();
    return rebuildAudit({ ...sources, history: gitops.commits, head });
  });
}

/** Features say what their operations are when the program is built. */
function readKnowledge(): Promise<OperationKnowledge> {
  return withScratchApp((app) => {
    const registry = app.get(OperationRegistry);
    return {
      risk: (name: string) => registry.find(name)?.risk ?? 'unknown',
      namesTeam: (name: string) => {
        const operation = registry.find(name);
        return operation !== undefined && fieldsOf(operation.input).has('team');
      },
    };
  });
}

function serverRuns({ pid, url }: ServerFacts): Conflict {
  return new Conflict(`A server (process ${pid}, ${url}) runs on this data folder and is writing its own books.`, {
    code: 'server_runs',
    fix: 'Stop it, then call again.',
  });
}
