import { Global, Module } from '@nestjs/common';
import { Config } from '../config';
import { Store } from '../store';
import { Keys } from './keys';
import { openKeys } from './open-keys';

@Global()
@Module({
  providers: [{ provide: Keys, inject: [Config, Store], useFactory: openKeys }],
  exports: [Keys],
})
export class KeysModule {}
