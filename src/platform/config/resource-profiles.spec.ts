import { ConfigError, readConfig } from './config';
import { DEFAULT_PROFILES } from './resource-profiles';

const profile = (cpu = '1', memory = '1Gi', limitCpu = '2', limitMemory = '2Gi') => ({
  requests: { cpu, memory },
  limits: { cpu: limitCpu, memory: limitMemory },
});
const read = (value: unknown) =>
  readConfig({ MCTL_OPENCLAW_PROFILES: typeof value === 'string' ? value : JSON.stringify(value) }).values
    .openclawProfiles;

it('has the profiles of the contract without being asked', () => {
  expect(read('')).toEqual(DEFAULT_PROFILES);
  expect(Object.keys(DEFAULT_PROFILES)).toEqual(['startup', 'steady-medium', 'steady-small']);
});

it('takes those that are given and keeps the others', () => {
  expect(read({ 'steady-small': profile() })).toEqual({ ...DEFAULT_PROFILES, 'steady-small': profile() });
});

it.each([
  ['no JSON', '{startup', /must be JSON such as \{"startup"/],
  ['a list', [], /must be JSON/],
  ['another name', { huge: profile() }, /huge/],
  ['half a profile', { startup: { requests: profile().requests } }, /startup\.limits/],
  [
    'another resource',
    { startup: { ...profile(), limits: { ...profile().limits, disk: '1' } } },
    /startup\.limits.*disk/,
  ],
  ['no quantity', { startup: profile('1', '1 Gi') }, /startup\.requests\.memory must be a Kubernetes quantity/],
  ['a number', { startup: profile(1 as unknown as string) }, /startup\.requests\.cpu/],
  ['nothing', { startup: profile('0') }, /startup\.requests\.cpu/],
  ['less than nothing', { startup: profile('-1') }, /startup\.requests\.cpu/],
  ['requests over limits', { startup: profile('2001m') }, /startup must not request more than its limits/],
  ['memory requests over limits', { startup: profile('1', '2049Mi') }, /startup must not request more/],
])('refuses %s at the start, and says where', (_, value, problem) => {
  const attempt = () => read(value);
  expect(attempt).toThrow(ConfigError);
  expect(attempt).toThrow(problem);
  expect(attempt).toThrow(/MCTL_OPENCLAW_PROFILES/);
});

it.each(['ftp://x', 'x', 'http://user:secret@x', 'http://x?y=1', 'http://x#y'])(
  'refuses %s as the address of metrics',
  (url) => expect(() => readConfig({ MCTL_PROMETHEUS_URL: url })).toThrow(/MCTL_PROMETHEUS_URL must be/),
);

it.each(['0s', '500', '61s', '1d'])('refuses to wait %s for metrics', (timeout) =>
  expect(() => readConfig({ MCTL_PROMETHEUS_TIMEOUT: timeout })).toThrow(/MCTL_PROMETHEUS_TIMEOUT must be/),
);
