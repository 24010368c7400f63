import {
  inspectSharedStore,
  inspectStore,
  type SharedStoreReport,
  sharedStoreOf,
  StoreInUse,
  type StoreReport,
} from '../../platform/store';
import { HOW_TO_REBUILD } from '../faults';
import { readServerFile } from '../server-file';
import { type Check, failed, type Finding, ok, skipped, warning } from './check';
import { sizeText } from './disk-checks';
import type { Patient } from './patient';
import { describeServer } from './server-check';

const LIMIT_MS = 8_000;

/** Whether the store opens and is whole. A server's own word stands for a store that it has open. */
export const storeCheck: Check = {
  name: 'store',
  settings: ['MCTL_DATA_DIR', 'DATABASE_URL'],
  after: ['data folder'],
  limitMs: LIMIT_MS,
  async run(patient) {
    const shared = sharedStoreOf(patient.config);
    if (shared) {
      const report = (patient.store = await inspectSharedStore(shared));
      return report ? judgeShared(report) : ok('the database is empty; the first start makes the store in it');
    }
    if (patient.server) return ok(`open in the server (${describeServer(patient.server)}); its word on it is above`);
    try {
      const report = (patient.store = await inspectStore(patient.config.dataDir));
      return report ? judge(report) : ok('will be created by the first start');
    } catch (error) {
      if (error instanceof StoreInUse) return inUse(patient);
      throw error;
    }
  },
};

function inUse({ config }: Patient): Finding {
  const holder = readServerFile(config.dataDir);
  return failed(
    `another process${holder ? ` (the last server: ${describeServer(holder)})` : ''} has it open and does not answer`,
    'Wait if another mctl command runs; otherwise stop the process that holds it.',
  );
}

function judge({ file, bytes, damage, unknownMigrations, pendingMigrations, unfinished }: StoreReport): Finding {
  if (damage && damage.length > 0) {
    return failed(`${file} is damaged: ${damage[0] ?? ''}`, HOW_TO_REBUILD, { details: { file, bytes, damage } });
  }
  const details = {
    file,
    bytes,
    unfinished,
    pending_migrations: pendingMigrations,
    unknown_migrations: unknownMigrations,
  };
  if (unknownMigrations.length > 0) {
    return failed(
      `${file} was written by a newer MCTL (${unknownMigrations.join(', ')})`,
      'Start that version, or restore a backup of this one.',
      { details },
    );
  }
  const facts = [
    `${file}, ${sizeText(bytes)}`,
    damage ? 'whole' : 'too large to look at every page here',
    ...(pendingMigrations.length > 0 ? [`the next start migrates it (${pendingMigrations.join(', ')})`] : []),
    ...(unfinished > 0 ? [`${unfinished} operations wait for the next start`] : []),
  ];
  return ok(facts.join(', '), { details });
}

function judgeShared({
  version,
  bytes,
  isLed,
  unknownMigrations,
  pendingMigrations,
  unfinished,
}: SharedStoreReport): Finding {
  const details = {
    version,
    bytes,
    unfinished,
    led: isLed,
    pending_migrations: pendingMigrations,
    unknown_migrations: unknownMigrations,
  };
  if (unknownMigrations.length > 0) {
    return warning(
      `a newer MCTL has migrated the database (${unknownMigrations.join(', ')}); the version before it still works with it`,
      'Start that version on every replica.',
      { details },
    );
  }
  const facts = [
    `PostgreSQL ${version}, ${sizeText(bytes)}`,
    isLed ? 'a replica leads' : 'no replica leads at present',
    ...(pendingMigrations.length > 0 ? [`the next start migrates it (${pendingMigrations.join(', ')})`] : []),
    ...(unfinished > 0 ? [`${unfinished} operations have not ended`] : []),
  ];
  return ok(facts.join(', '), { details });
}

/** The end of the audit trail. The whole of it is the business of another command. */
export const auditCheck: Check = {
  name: 'audit',
  settings: ['MCTL_DATA_DIR', 'DATABASE_URL'],
  after: ['store'],
  limitMs: LIMIT_MS,
  run({ config, server, store }) {
    if (server && !config.values.databaseUrl) {
      return skipped('the server has the store open; mctl audit verify checks the whole trail');
    }
    if (!store) return ok('nothing is recorded yet');
    const { lastAuditEntry: last, expectedLastEntry: expected } = store;
    if (expected !== undefined) {
      return failed(
        `entry ${last?.seq ?? 0} is the last, and ${expected} should be`,
        'mctl audit verify says what is missing.',
      );
    }
    return last ? ok(lastText(last), { details: { ...last } }) : ok('nothing is recorded yet');
  },
};

function lastText({ seq, at, event, operation }: NonNullable<StoreReport['lastAuditEntry']>): string {
  return `entry ${seq} is the last, ${event} ${operation} at ${at}; mctl audit verify checks the whole trail`;
}
