import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../config';
import { readAdminUrl } from './admin-url';
import type { Keeper, Provisioned, WantedDatabase } from './new-database';
import { provision } from './provision';
import { Session } from './session';

/** The PostgreSQL server on which MCTL creates databases by itself (`MCTL_DATABASE_ADMIN_URL`). */
@Injectable()
export class DatabaseServer {
  constructor(@Inject(Config) private readonly config: Pick<Config, 'values'>) {}

  /**
   * Role, database, extensions, and a password that the keeper holds. Doing it again finishes what was broken off, and changes
   * nothing where everything is as it should be.
   * @throws Conflict where trying again is of no use: somebody else's name, data of before, our login refused; Unavailable where the
   * server does not answer.
   */
  async provision(wanted: WantedDatabase, keeper: Keeper): Promise<Provisioned> {
    const url = await readAdminUrl(this.config.values);
    const admin = await Session.open(url);
    try {
      return await provision(admin, wanted, keeper, (database) => Session.open(url, database));
    } finally {
      await admin.close();
    }
  }
}
