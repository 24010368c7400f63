import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { bearer, callMcp } from '../support/doors';
import { done, signedIn } from '../support/furnish';
import { Program } from '../support/program';
import { until } from '../support/remote-program';
import { TestPrometheus } from '../support/test-prometheus';
import { tokenFor } from '../support/tokens';

const ROOT = resolve(__dirname, '../..');
const RULES = join(ROOT, 'deploy/prometheus/mctl-rules.yaml');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
/** What Grafana puts in for its variables. */
const VARIABLES = { $job: '.*', $instance: '.*', $__rate_interval: '10s' };
const PROMQL_WORDS = new Set(
  'sum count max min by without on ignoring and or unless rate increase histogram_quantile time vector le bool'.split(
    ' ',
  ),
);

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly id: number;
  readonly gridPos: { readonly x: number; readonly w: number };
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
}
interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Record<string, string>;
}

const dashboard = JSON.parse(read('deploy/grafana/mctl.json')) as {
  schemaVersion: number;
  panels: Panel[];
  templating: { list: { name: string }[] };
};
const rules = (parse(readFileSync(RULES, 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const panelQueries = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => [title, expr] as const),
);
const queries = [...panelQueries, ...rules.map(({ alert, expr }) => [alert, expr] as const)];

let program: Program;
let prometheus: TestPrometheus;
let text: string;
let names: Set<string>;

/** Metrics that a query asks for: words that are no function, label or text. */
function metricsOf(expr: string): string[] {
  const bare = expr.replace(/"[^"]*"/g, '').replace(/\{[^}]*\}|\[[^\]]*\]|\b(by|without) *\([^)]*\)/g, ' ');
  return [...bare.matchAll(/[a-zA-Z_:][\w:]*/g)].map(([word]) => word).filter((word) => !PROMQL_WORDS.has(word));
}

function filled(expr: string): string {
  return Object.entries(VARIABLES).reduce((text, [name, value]) => text.replaceAll(name, value), expr);
}

const promtool = (...args: string[]) => promisify(execFile)('promtool', args);

beforeAll(async () => {
  program = await Program.start();
  const admin = await tokenFor(program.dataDir, 'admin');
  await done(await signedIn(program, 'admin'), 'create-tenant', { team: 'billing' });
  await callMcp(program.url, admin, 'mctl_get_tenant', { team: 'billing' });
  await callMcp(program.url, admin, 'mctl_get_tenant', { team: 'nobody' });
  await fetch(new URL('/api/v1/whoami', program.url), { headers: bearer('no-token') });
  await fetch(new URL('/api/v1/webhooks/alertmanager', program.url), { method: 'POST' });
  text = await (await fetch(new URL('/metrics', program.url))).text();
  names = new Set(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = '', type]) =>
      type === 'histogram' || type === 'summary' ? ['_bucket', '_sum', '_count'].map((part) => name + part) : [name],
    ),
  );
  prometheus = await TestPrometheus.scraping(new URL(program.url).host);
  await until(
    () => prometheus.query('count_over_time(mctl_build_info[1m])'),
    ([scrapes = 0]) => scrapes >= 3,
  );
});

afterAll(async () => {
  await prometheus?.stop();
  await program?.dispose();
});

describe('/metrics', () => {
  it('is named and described as Prometheus wants it', async () => {
    const child = spawn('promtool', ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.end(text);
    const [out, err] = [child.stdout.toArray(), child.stderr.toArray()];
    await once(child, 'close');
    const problems = Buffer.concat([...(await out), ...(await err)])
      .toString('utf8')
      .trim()
      .split('\n');
    // Names of prom-client's own, which it keeps for the sake of those who use them.
    expect(problems.filter((line) => line !== '' && !line.startsWith('nodejs_active_'))).toEqual([]);
  });

  it.each([
    ['mctl_build_info{version="0.1.0",', 1],
    ['mctl_leader', 1],
    ['mctl_gitops_up', 1],
    ['mctl_store_up', 1],
    ['mctl_audit_chain_intact', 1],
    ['mctl_queue_operations{stage="commit"}', 0],
    ['mctl_queue_oldest_age_seconds{stage="await"}', 0],
    ['mctl_operations_total{operation="create-tenant",outcome="succeeded"}', 1],
    ['mctl_operation_commit_duration_seconds_count{operation="create-tenant"}', 1],
    ['mctl_tool_calls_total{tool="mctl_get_tenant",outcome="ok"}', 1],
    ['mctl_tool_call_duration_seconds_count{tool="mctl_get_tenant"}', 1],
    ['mctl_errors_total{door="mcp",code="team_not_found"}', 1],
    ['mctl_errors_total{door="rest",code="invalid_token"}', 1],
    ['mctl_auth_failures_total{kind="unknown",code="invalid_token"}', 1],
    ['mctl_webhook_deliveries_total{webhook="alertmanager",outcome="refused"}', 1],
    ['mctl_push_retries_total', 0],
  ])('tells %s', (series, value) => {
    const line = text.split('\n').find((each) => each.startsWith(series));
    expect([series, Number(line?.split(' ').at(-1))]).toEqual([series, value]);
  });

  it('says when the repository last answered, how many entries the chain has, what was committed', () => {
    const valueOf = (name: string) => Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);
    expect(Math.abs(valueOf('mctl_gitops_last_sync_timestamp_seconds') - Date.now() / 1000)).toBeLessThan(600);
    // The commit that seeded the repository, and the tenant's.
    expect([valueOf('mctl_commits_total'), valueOf('mctl_audit_entries') >= 2]).toEqual([2, true]);
    expect(text).toMatch(/^mctl_git_command_duration_seconds_count\{command="fast-import",outcome="ok"\} 2$/m);
    expect(text).toMatch(/^mctl_store_transaction_duration_seconds_count\{outcome="committed"\} \d+$/m);
  });

  it('tells no team, person, path or argument', () => {
    for (const word of ['billing', 'nobody', 'admin', program.dataDir]) {
      expect([word, text.includes(word)]).toEqual([word, false]);
    }
  });
});

describe('the dashboard and the alerts', () => {
  it.each(queries)('%s asks for metrics that exist', (_, expr) => {
    // `up` is Prometheus' own.
    const asked = metricsOf(expr).filter((name) => name !== 'up');
    if (!expr.startsWith('up')) expect(asked).not.toEqual([]);
    expect(asked.filter((name) => !names.has(name))).toEqual([]);
  });

  it.each(queries)('%s is a query that Prometheus answers', async (_, expr) => {
    const values = await prometheus.query(filled(expr));
    expect(Array.isArray(values)).toBe(true);
  });

  it('show what the program did', async () => {
    const shown = async (title: string) =>
      prometheus.query(filled(panelQueries.find(([each]) => each === title)?.[1] ?? ''));
    expect([await shown('Leaders'), await shown('Store answers'), await shown('5xx answers')]).toEqual([[1], [1], [0]]);
    expect((await shown('Requests')).length).toBeGreaterThan(0);
  });

  it('ring nothing of a MCTL in good order', async () => {
    for (const { alert, expr } of rules) expect([alert, await prometheus.query(expr)]).toEqual([alert, []]);
  });

  it('a dashboard uses its variables everywhere, and no place twice', () => {
    expect(dashboard.templating.list.map(({ name }) => name)).toEqual(['datasource', 'job', 'instance']);
    for (const { title, targets = [] } of dashboard.panels) {
      for (const { expr, datasource } of targets) {
        expect([title, datasource.uid]).toEqual([title, '${datasource}']);
        const selected = expr.split('job=~"$job",instance=~"$instance"').length - 1;
        expect([title, selected]).toEqual([title, metricsOf(expr).length]);
      }
    }
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    expect(dashboard.panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
    const rows = dashboard.panels.filter(({ type }) => type === 'row').map(({ title }) => title);
    expect(rows).toEqual(['Traffic', 'Writes', 'Queue', 'Git', 'Cluster and other systems', 'Process']);
  });

  it('alerts hold in promtool’s own tests', async () => {
    expect((await promtool('check', 'rules', '--lint-fatal', RULES)).stdout).toContain(`${rules.length} rules found`);
    const { stdout } = await promtool('test', 'rules', join(ROOT, 'deploy/prometheus/mctl-rules.test.yaml'));
    expect(stdout).toContain('SUCCESS');
  });

  it('every alert has a test that rings it and a line that says what to do', () => {
    const tests = parse(read('deploy/prometheus/mctl-rules.test.yaml')) as {
      tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
    };
    const rung = tests.tests
      .flatMap(({ alert_rule_test: each }) => each)
      .filter(({ exp_alerts: alerts }) => alerts.length > 0)
      .map(({ alertname }) => alertname);
    const told = [...read('docs/metrics.md').matchAll(/^\| `(Mctl\w+)` +\|/gm)].map(([, name]) => name);
    const alerts = rules.map(({ alert }) => alert).sort();
    expect([[...new Set(rung)].sort(), told.sort()]).toEqual([alerts, alerts]);
    for (const { annotations } of rules) expect(Object.keys(annotations)).toEqual(['summary', 'runbook']);
  });
});
