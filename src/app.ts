import 'reflect-metadata';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module';
import type { Config } from './platform/config';
import { setUpDocs } from './platform/http/docs';
import { setUpHttp } from './platform/http/http-setup';
import { NestLogger } from './platform/logging';
import { MctlStrategy } from './platform/mcp';

/** Builds the whole program, or what `root` puts around it; it does not listen yet. */
export async function createApp(
  config: Config,
  root: DynamicModule = AppModule.with(config),
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(root, {
    logger: new NestLogger(),
    bodyParser: false,
    abortOnError: false,
    forceCloseConnections: true,
  });
  setUpHttp(app, config);
  // Without inheritAppConfig the global guard would never see a tool call.
  app.connectMicroservice({ strategy: app.get(MctlStrategy) }, { inheritAppConfig: true });
  setUpDocs(app, config);
  await app.startAllMicroservices();
  return app;
}
