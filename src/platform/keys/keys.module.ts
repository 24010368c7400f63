import { Global, Module } from '@nestjs/common';
import { Config } from '../config';
import { Keys } from './keys';

@Global()
@Module({
  providers: [{ provide: Keys, inject: [Config], useFactory: (config: Config) => Keys.open(config.dataDir) }],
  exports: [Keys],
})
export class KeysModule {}
