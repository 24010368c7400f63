import type { Answer, Call, Rights } from './test-github';

export interface FakeRun {
  readonly id: number;
  readonly repository: string;
  readonly ref: string;
  readonly title: string;
  readonly inputs: Readonly<Record<string, string>>;
  status: string;
  conclusion: string | null;
  notices: string[];
  log: string;
}

type Require = (needed: Rights) => void;

/**
 * GitHub Actions of the repositories that have the workflow, after GitHub's REST reference (workflows, workflow runs, workflow jobs, check runs):
 * dispatches with and without run details, runs with etags, jobs, annotations, logs behind a redirect. Runs end when a test says so.
 */
export class FakeRuns {
  readonly runs: FakeRun[] = [];
  /** Repositories with the workflow, in lower case. */
  readonly workflows = new Set<string>();
  readonly refs = new Set(['main', 'v1.1.0', 'feature/x']);
  /** An older server: it knows no run details. */
  isOld = false;
  /** `run-name` of the workflow. */
  titled = (inputs: Readonly<Record<string, string>>): string => `mctl ${inputs.mctl_build ?? ''}`;
  /** Whether the run is in lists yet. */
  isListed = true;

  constructor(private readonly origin: () => string) {}

  /** Ends the newest run. */
  end(conclusion: string, more: Partial<Pick<FakeRun, 'notices' | 'log'>> = {}): void {
    Object.assign(this.runs.at(-1) ?? {}, { status: 'completed', conclusion, ...more });
  }

  answer(route: string, call: Call, require: Require): Answer | undefined {
    const log = /^GET \/storage\/(\d+)$/.exec(route);
    if (log) return this.stored(Number(log[1]), call);
    const [, method, repository = '', rest = ''] =
      /^(GET|POST) \/repos\/([^/]+\/[^/]+)\/((?:actions|check-runs)\/.*)$/.exec(route) ?? [];
    if (method === undefined) return undefined;
    if (method === 'POST') return this.dispatched(repository, rest, { call, require });
    require(rest.startsWith('check-runs') ? { checks: 'read' } : { actions: 'read' });
    return this.read(repository, rest, call);
  }

  private dispatched(repository: string, rest: string, { call, require }: { call: Call; require: Require }): Answer {
    require({ actions: 'write' });
    const {
      ref,
      inputs,
      return_run_details: wantsDetails,
    } = call.body as unknown as {
      ref: string;
      inputs: Record<string, string>;
      return_run_details?: boolean;
    };
    if (!this.workflows.has(repository.toLowerCase()) || rest !== 'actions/workflows/mctl-build.yml/dispatches') {
      return { status: 404, answer: { message: 'Not Found' } };
    }
    if (this.isOld && wantsDetails !== undefined) {
      return { status: 422, answer: { message: 'Invalid request.\n\n"return_run_details" is not a permitted key.' } };
    }
    if (!this.refs.has(ref)) return { status: 422, answer: { message: `No ref found for: ${ref}` } };
    const id = 1_000 + this.runs.length;
    const run = { id, repository, ref, inputs, title: this.titled(inputs), notices: [], log: '' };
    this.runs.push({ ...run, status: 'queued', conclusion: null });
    return this.isOld ? { status: 204 } : { status: 200, answer: { workflow_run_id: id, html_url: this.page(id) } };
  }

  private read(repository: string, rest: string, call: Call): Answer {
    if (rest.startsWith('actions/workflows/')) {
      const listed = this.isListed ? this.runs.filter((each) => each.repository === repository) : [];
      return {
        answer: { total_count: listed.length, workflow_runs: [...listed].reverse().map((run) => this.shape(run)) },
      };
    }
    const [, id = ''] = /\/(\d+)(?:\/|$)/.exec(rest) ?? [];
    const run = this.runs.find((each) => each.id === Number(id) % 10_000);
    if (!run) return { status: 404, answer: { message: 'Not Found' } };
    if (rest.endsWith('/annotations')) {
      return { answer: run.notices.map((message) => ({ title: 'mctl-image', message })) };
    }
    if (rest.endsWith('/logs')) return { status: 302, headers: { location: `${this.origin()}/storage/${run.id}` } };
    if (rest.endsWith('/jobs')) return { answer: { total_count: 1, jobs: [this.job(run)] } };
    const etag = `W/"${run.id}-${run.status}"`;
    const isKnown = call.request.headers['if-none-match'] === etag;
    return isKnown ? { status: 304, headers: { etag } } : { answer: this.shape(run), headers: { etag } };
  }

  private job({ id, conclusion }: FakeRun): object {
    return {
      id: 20_000 + id,
      name: 'build',
      conclusion,
      check_run_url: `${this.origin()}/repos/x/y/check-runs/${20_000 + id}`,
    };
  }

  /** A storage that is not GitHub's API: whoever shows a token there has let it go. */
  private stored(id: number, { request }: Call): Answer {
    if (request.headers.authorization !== undefined) return { status: 400, answer: { message: 'a credential' } };
    return { answer: { log: this.runs.find((each) => each.id === id)?.log } };
  }

  private shape(run: FakeRun): object {
    const { id, status, conclusion, title } = run;
    return { id, status, conclusion, display_title: title, event: 'workflow_dispatch', html_url: this.page(id) };
  }

  private page(id: number): string {
    return `https://github.example.org/runs/${id}`;
  }
}
