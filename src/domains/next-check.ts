import type { DomainCheckRow } from '../platform/store';
import type { Verdict } from './proof.policy';

/** What is looked at. */
export interface Checked {
  readonly host: string;
  readonly challenge?: string;
}

/**
 * What is known after one more look. That DNS does not answer says nothing about the proof: what was missing before stays missing
 * since then, what was there is not missing.
 */
export function nextCheck(
  before: DomainCheckRow | undefined,
  about: Checked,
  verdict: Verdict,
  now: Date,
): DomainCheckRow {
  const at = now.toISOString();
  const { host, challenge = '' } = about;
  const known = before?.challenge === challenge ? before : undefined;
  const fresh = { host, challenge, checked_at: at, outcome: verdict.state, ...NOTHING };
  switch (verdict.state) {
    case 'proved':
      return { ...fresh, method: verdict.method };
    case 'missing':
      return { ...fresh, missing_since: known?.missing_since ?? at };
    case 'unknown': {
      const { missing_since = null, trouble_since } = known ?? {};
      return { ...fresh, trouble: verdict.trouble, missing_since, trouble_since: trouble_since ?? at };
    }
  }
}

const NOTHING = { method: null, trouble: null, missing_since: null, trouble_since: null };

/** Whether it is time to look again. */
export function isDue(row: DomainCheckRow | undefined, { challenge }: Checked, intervalMs: number, now: Date): boolean {
  if (row?.challenge !== (challenge ?? '')) return true;
  const age = now.getTime() - Date.parse(row.checked_at);
  // A clock that was set back must not keep anybody waiting for the difference.
  return age >= intervalMs || age < 0;
}
