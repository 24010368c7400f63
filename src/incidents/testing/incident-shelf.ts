import { openTestStore } from '../../../test/support/test-store';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, readConfig } from '../../platform/config';
import { type OperationRow, Store } from '../../platform/store';
import { IncidentRecorder } from '../incident-recorder';
import { IncidentStore } from '../incident-store';
import type { Cleared, Firing, Recorded } from '../report';

const START = Date.parse('2026-03-01T12:00:00.000Z');

/** A moment some minutes after the start of a test's time. */
export const at = (minutes: number): Date => new Date(START + minutes * 60_000);

/** A real store of a test's own, with what writes incidents into it and reads them. */
export class IncidentShelf {
  private constructor(
    private readonly folder: string,
    readonly store: Store,
    readonly config: Config,
    readonly incidents: IncidentStore,
    readonly recorder: IncidentRecorder,
  ) {}

  static async open(env: Record<string, string> = {}): Promise<IncidentShelf> {
    const folder = mkdtempSync(join(tmpdir(), 'mctl-incidents-'));
    const store = await openTestStore(folder);
    const config = readConfig({
      MCTL_DATA_DIR: folder,
      MCTL_INCIDENT_FLAP_WINDOW: '30m',
      MCTL_INCIDENTS_PER_TEAM: '3',
      ...env,
    });
    return new IncidentShelf(folder, store, config, new IncidentStore(store), new IncidentRecorder(config));
  }

  async close(): Promise<void> {
    await this.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  record(report: Firing | Cleared, minutes: number): Promise<Recorded> {
    return this.store.transaction((transaction) => this.recorder.record(transaction, report, at(minutes)));
  }

  async outcomes(...steps: readonly [Firing | Cleared, number][]): Promise<string[]> {
    const found: string[] = [];
    for (const [report, minutes] of steps) found.push((await this.record(report, minutes)).outcome);
    return found;
  }

  all() {
    return this.incidents.list({ formerTeams: true }, { limit: 1000 });
  }

  /** Leaves behind what the operation would. */
  async deleteTeam(team: string, minutes: number): Promise<void> {
    const time = at(minutes).toISOString();
    const row = { id: `deletion-${minutes}`, workflow: `w-${minutes}`, operation: 'delete-tenant', team, target: team };
    const call = { actor: 'olga', auth_method: 'local', door: 'rest', request_id: 'r', args_digest: '', input: '{}' };
    const end = { status: 'succeeded', summary: '', answer: '{}', attempts: 1, stage: 'commit' };
    const times = { submitted_at: time, finished_at: time, next_run_at: time };
    const values = { ...row, ...call, ...end, ...times } as unknown as OperationRow;
    await this.store.db.insertInto('operations').values(values).execute();
  }
}

export function firing(change: Partial<Firing> = {}): Firing {
  return {
    kind: 'firing',
    team: 'billing',
    service: 'api',
    fingerprint: 'alertmanager:1',
    source: 'alertmanager',
    actor: 'alertmanager',
    type: 'pod_crashloop',
    severity: 'critical',
    summary: 'api restarts',
    since: at(0),
    evidence: [{ kind: 'labels', content: 'a: b' }],
    isOrdered: false,
    ...change,
  };
}

export function cleared(asOf: Date, change: Partial<Cleared> = {}): Cleared {
  const { team, fingerprint, source, actor } = firing();
  return { kind: 'cleared', team, fingerprint, source, actor, asOf, resolution: 'over', ...change };
}
