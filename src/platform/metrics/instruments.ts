import { Counter, Gauge, Histogram } from 'prom-client';

/*
 * What is counted far below any service (git, connections, transactions) and so belongs to the process, like the log. `Metrics` shows
 * all of it. Every label's values come from a closed list of ours, never from input, and none names a team or a person.
 */

/** None registers itself: prom-client's own registry would be a second place. */
const registers: [] = [];

export const requests = new Histogram({
  name: 'mctl_http_request_duration_seconds',
  help: 'Time to answer an HTTP request, by method, pattern of the route and status.',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 30],
  registers,
});

export const toolCalls = new Counter({
  name: 'mctl_tool_calls_total',
  help: 'MCP tool calls that were let in, by tool and outcome: ok, or the code of the error.',
  labelNames: ['tool', 'outcome'],
  registers,
});

export const toolSeconds = new Histogram({
  name: 'mctl_tool_call_duration_seconds',
  help: 'Time of an MCP tool call that was let in, by tool; waiting for the commit included.',
  labelNames: ['tool'],
  buckets: [0.01, 0.05, 0.2, 1, 5, 20, 60],
  registers,
});

export const errorsAnswered = new Counter({
  name: 'mctl_errors_total',
  help: 'Calls answered with an error, refusals and limits included, by door (mcp, rest) and code of the error.',
  labelNames: ['door', 'code'],
  registers,
});

export const authFailures = new Counter({
  name: 'mctl_auth_failures_total',
  help: 'Credentials that were refused or could not be checked, by kind of credential and error code.',
  labelNames: ['kind', 'code'],
  registers,
});

export const webhookDeliveries = new Counter({
  name: 'mctl_webhook_deliveries_total',
  help: 'Deliveries to webhooks, by webhook and outcome: accepted, refused (no proof of the secret) or failed.',
  labelNames: ['webhook', 'outcome'],
  registers,
});

export const operationsEnded = new Counter({
  name: 'mctl_operations_total',
  help: 'Operations that ended, by operation and outcome: succeeded, or the code of the error.',
  labelNames: ['operation', 'outcome'],
  registers,
});

export const commitSeconds = new Histogram({
  name: 'mctl_operation_commit_duration_seconds',
  help: 'Time from a call to its first commit on the branch, by operation; tasks before the commit included.',
  labelNames: ['operation'],
  buckets: [0.1, 0.5, 1, 2, 5, 15, 60, 300],
  registers,
});

export const taskSeconds = new Histogram({
  name: 'mctl_task_try_duration_seconds',
  help: 'Time of one try of a task beside the commit, by task and outcome: done, waiting, failed.',
  labelNames: ['task', 'outcome'],
  buckets: [0.05, 0.2, 1, 5, 15, 60, 300],
  registers,
});

export const commits = new Counter({
  name: 'mctl_commits_total',
  help: 'Commits that this process has put on the branch, or, with Argo Workflows, has seen there as the leader.',
  registers,
});

export const pushRetries = new Counter({
  name: 'mctl_push_retries_total',
  help: 'Pushes that were planned again because the branch had moved.',
  registers,
});

export const gitSeconds = new Histogram({
  name: 'mctl_git_command_duration_seconds',
  help: 'Time of a git process, by command and outcome: ok, or the kind of failure.',
  labelNames: ['command', 'outcome'],
  buckets: [0.01, 0.05, 0.2, 1, 5, 30, 120],
  registers,
});

export const transactionSeconds = new Histogram({
  name: 'mctl_store_transaction_duration_seconds',
  help: 'Time of a transaction of the store with its wait for the ones before, by outcome: committed or rolled_back.',
  labelNames: ['outcome'],
  buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
  registers,
});

export const transactionRetries = new Counter({
  name: 'mctl_store_transaction_retries_total',
  help: 'Transactions that PostgreSQL gave up and that were done again.',
  registers,
});

export const outgoingSeconds = new Histogram({
  name: 'mctl_outgoing_request_duration_seconds',
  help: 'Time of a request to another system, by system and outcome: ok, client_error (4xx), server_error (5xx) or no_answer.',
  labelNames: ['system', 'outcome'],
  buckets: [0.01, 0.05, 0.2, 1, 5, 30],
  registers,
});

export const identityRequests = new Counter({
  name: 'mctl_identity_requests_total',
  help: 'Requests to identity providers, by provider and outcome.',
  labelNames: ['provider', 'outcome'],
  registers,
});

export const informerUp = new Gauge({
  name: 'mctl_informer_up',
  help: '1 while the objects of an informer are followed, 0 while they are as old as the last event.',
  labelNames: ['informer'],
  registers,
});

export const informerEvent = new Gauge({
  name: 'mctl_informer_last_event_timestamp_seconds',
  help: 'When an informer last heard of the cluster, bookmarks included.',
  labelNames: ['informer'],
  registers,
});

export const informerObjects = new Gauge({
  name: 'mctl_informer_objects',
  help: 'Objects that an informer keeps.',
  labelNames: ['informer'],
  registers,
});

export const tracedSpans = new Counter({
  name: 'mctl_trace_spans_total',
  help: 'Spans that were handed to the collector, by outcome: exported or lost.',
  labelNames: ['outcome'],
  registers,
});

export const instruments = [
  requests,
  toolCalls,
  toolSeconds,
  errorsAnswered,
  authFailures,
  webhookDeliveries,
  operationsEnded,
  commitSeconds,
  taskSeconds,
  commits,
  pushRetries,
  gitSeconds,
  transactionSeconds,
  transactionRetries,
  outgoingSeconds,
  identityRequests,
  informerUp,
  informerEvent,
  informerObjects,
  tracedSpans,
];
