import 'reflect-metadata';
import { createApp } from '../../src/app';
import { applyLogSettings } from '../../src/cli/log-settings';
import { dieOnUncaughtErrors, drain, stopOnSignals } from '../../src/cli/shutdown';
import { loadConfig } from '../../src/platform/config';
import { Gitops } from '../../src/platform/gitops';
import { FixturesModule } from './fixtures/fixtures.module';

/** Starts the product with the fixtures of the suite beside it, and says where it listens. */
async function main(): Promise<void> {
  const config = loadConfig();
  applyLogSettings(config);
  const app = await createApp(config, FixturesModule.with(config));
  dieOnUncaughtErrors();
  stopOnSignals(() => drain(app));
  await app.get(Gitops).refresh();
  await app.listen(0, '127.0.0.1');
  process.stdout.write(`listening ${await app.getUrl()}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
