/** A push from the server takes a session: without one these cannot pass, and the others must. */
export const NEED_A_SESSION = new Set([
  'tools-call-sampling',
  'tools-call-elicitation',
  'elicitation-sep1034-defaults',
  'elicitation-sep1330-enums',
]);

/** Scenarios that may observe nothing: the suite only recommends, asks for what takes a session, or (the last) is not written yet. */
const MAY_BE_EMPTY = new Set([
  'server-sse-polling',
  'server-sse-multiple-streams',
  'server-session-lifecycle',
  'tasks-status-notifications',
]);

/** The verdict about one scenario: `passed`, `failed` or, where there is no reason to expect a pass, why. */
export function verdict({ scenario, checks }, { sessions, revision }) {
  if (!sessions && revision < '2026' && NEED_A_SESSION.has(scenario)) return 'needs a session';
  if (!checks) return 'did not run';
  if (checks.some(({ status }) => status === 'FAILURE')) return 'failed';
  if (checks.some(({ status }) => status === 'SUCCESS')) return 'passed';
  return MAY_BE_EMPTY.has(scenario) ? 'nothing to check' : 'failed';
}

const count = (checks, status) => (checks ?? []).filter((check) => check.status === status).length;
const isBad = (word) => word === 'failed' || word === 'did not run';

/** Lines of a table: scenario, set, checks, result; below it what failed, and the sums. */
export function report(runs) {
  const rows = runs.flatMap((run) =>
    run.scenarios.map((each) => ({ ...each, set: setName(run), result: verdict(each, run) })),
  );
  const width = Math.max(...rows.map(({ scenario }) => scenario.length));
  const table = rows.map(({ scenario, set, checks, result, unscored }) => {
    const passed = `${count(checks, 'SUCCESS')}/${count(checks, 'SUCCESS') + count(checks, 'FAILURE')}`;
    const warnings = count(checks, 'WARNING') > 0 ? `, ${count(checks, 'WARNING')} recommended not done` : '';
    return `${scenario.padEnd(width)}  ${set.padEnd(22)}  ${passed.padStart(5)}  ${result}${warnings}${unscored ? ` (unscored: ${unscored})` : ''}`;
  });
  const bad = rows.filter(({ result }) => isBad(result));
  const reasons = bad.flatMap(({ scenario, set, checks, result }) => [
    `${scenario} (${set}) ${result}`,
    ...(checks ?? [])
      .filter(({ status }) => status === 'FAILURE')
      .map(({ id, errorMessage }) => `  ${id}: ${errorMessage ?? ''}`),
  ]);
  return { lines: [...table, '', ...runs.map(sum)], problems: reasons };
}

const setName = ({ revision, sessions }) =>
  revision < '2026' ? `${revision} ${sessions ? 'sessions' : 'stateless'}` : revision;

function sum(run) {
  const scored = run.scenarios.filter(({ unscored }) => !unscored);
  const passed = scored.filter((each) => verdict(each, run) === 'passed').length;
  const others = ['needs a session', 'nothing to check', 'failed', 'did not run'].map((word) => {
    const times = scored.filter((each) => verdict(each, run) === word).length;
    return times > 0 ? `, ${times} ${word}` : '';
  });
  return `${setName(run).padEnd(22)} ${passed} of ${scored.length} scored scenarios passed${others.join('')}`;
}
