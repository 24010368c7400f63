import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../config';
import { MctlError } from '../errors';
import { log } from '../logging';
import { Gitops } from './gitops';
import { initRepository } from './init-repository';
import { Inspection } from './inspection';
import { ManifestSchemas } from './manifest-schemas';
import { openGitops, type OpenedGitops } from './open-gitops';

const OPENED = Symbol('opened gitops');
const MAINTENANCE_CHECK_MS = 60_000;

/** Opens the repository, seeds the embedded one at its first start, follows a remote, tidies up now and then. */
@Global()
@Module({
  providers: [
    {
      provide: OPENED,
      inject: [Config],
      useFactory: async (config: Config): Promise<OpenedGitops> => {
        const opened = await openGitops(config);
        if (opened.isEmbedded && (await opened.gitops.refresh()).head === undefined) {
          await initRepository(opened.gitops, config);
        }
        return opened;
      },
    },
    { provide: Gitops, inject: [OPENED], useFactory: ({ gitops }: OpenedGitops) => gitops },
    Inspection,
    ManifestSchemas,
  ],
  exports: [Gitops, Inspection, ManifestSchemas],
})
export class GitopsModule implements OnApplicationShutdown {
  private readonly timers: NodeJS.Timeout[];

  constructor(
    @Inject(OPENED) private readonly opened: OpenedGitops,
    @Inject(Config) config: Config,
  ) {
    const { gitops, repository, isEmbedded } = opened;
    const every = (milliseconds: number, task: () => Promise<unknown>, what: string) =>
      setInterval(() => void task().catch((error: unknown) => log.warn({ err: error }, what)), milliseconds).unref();
    this.timers = [
      ...(isEmbedded
        ? []
        : [every(config.values.gitopsPoll, () => follow(gitops), 'following the GitOps remote failed')]),
      every(
        MAINTENANCE_CHECK_MS,
        async () => (await repository.needsMaintenance()) && repository.maintain(),
        'maintenance of the local repository failed',
      ),
    ];
  }

  async onApplicationShutdown(): Promise<void> {
    this.timers.forEach(clearInterval);
    await this.opened.gitops.close();
  }
}

/** That the remote does not answer is logged where it begins and where it ends (`RemoteContact`), not at every poll. */
async function follow(gitops: Gitops): Promise<void> {
  try {
    await gitops.refresh();
  } catch (error) {
    if (!(error instanceof MctlError)) throw error;
  }
}
