import fc from 'fast-check';
import { planOf, refusalOf, textOfPlan } from '../../test/factories/plan';
import { COMMENTED } from '../../test/factories/service-file';
import { aWorld } from '../../test/factories/world';
import { DEFAULT_PROFILES, PROFILE_NAMES } from '../platform/config';
import { parseYaml } from '../platform/gitops/yaml';
import { applyResourceProfile } from './apply-profile.operation';

const worldOf = (file: string, more: Parameters<typeof aWorld>[0] = {}) =>
  aWorld({ services: { 'billing/openclaw': file }, ...more });
const plan = (profile: string, file = COMMENTED, more: Parameters<typeof aWorld>[0] = {}) =>
  planOf(applyResourceProfile, worldOf(file, more), { team: 'billing', profile });

it('changes resources and no other byte, comments included', () => {
  const made = plan('steady-small');
  expect(textOfPlan(made)).toBe(
    COMMENTED.replace('{cpu: 200m, memory: 256Mi}', '{cpu: 250m, memory: 768Mi}').replace(
      '{cpu: 500m, memory: 512Mi}',
      '{cpu: "1", memory: 2560Mi}',
    ),
  );
  expect(made).toMatchObject({
    subject: 'resources(billing/openclaw): steady-small',
    summary: 'billing/openclaw gets the resources of steady-small: 250m to 1 CPU, 768Mi to 2560Mi memory.',
    answer: {
      profile: 'steady-small',
      changed: expect.arrayContaining([
        expect.objectContaining({ key: 'resources.requests.cpu', from: '200m', to: '250m' }),
      ]),
    },
  });
});

it('is written where the file says nothing of resources', () => {
  const file = 'image: {repository: a, tag: "1"}\n';
  expect(parseYaml(textOfPlan(plan('startup', file)))).toMatchObject({ resources: DEFAULT_PROFILES.startup });
});

it('leaves what is said in other words, and other resources', () => {
  const file =
    'image: {repository: a, tag: "1"}\nresources:\n  requests: {cpu: 0.25, memory: 0.75Gi, ephemeral-storage: 1Gi}\n  limits: {cpu: 1000m, memory: 2.5Gi}\n';
  const made = plan('steady-small', file);
  expect(textOfPlan(made)).toBe(file);
  expect(made).toMatchObject({ summary: expect.stringContaining('already'), answer: { changed: [] } });
  expect(parseYaml(textOfPlan(plan('startup', file)))).toMatchObject({
    resources: { requests: { 'ephemeral-storage': '1Gi' } },
  });
});

it('is refused with the numbers where the quota has no room, other services counted', () => {
  const tight = { tenants: { billing: { quotas: { 'requests.cpu': '600m', 'limits.memory': '4Gi' } } } };
  const services = { 'billing/openclaw': COMMENTED, 'billing/api': 'image: {repository: a, tag: "1"}\n' };
  expect(
    refusalOf(() =>
      planOf(applyResourceProfile, aWorld({ ...tight, services }), { team: 'billing', profile: 'startup' }),
    ),
  ).toMatchObject({
    code: 'quota_exceeded',
    details: { 'limits.memory': { needed: '4Gi', used: '256Mi', hard: '4Gi' } },
  });
  const { 'requests.cpu': cpu } = refusalOf(() =>
    plan('startup', COMMENTED, { tenants: { billing: { quotas: { 'requests.cpu': '499m' } } } }),
  ).details as Record<string, unknown>;
  expect(cpu).toEqual({ needed: '500m', used: '0', hard: '499m' });
});

it('is held against what pods of other services take at their largest, which may be before they start', () => {
  const init = '{name: migrate, image: a, resources: {limits: {memory: 6Gi}}}';
  const services = {
    'billing/openclaw': COMMENTED,
    'billing/api': `image: {repository: a, tag: "1"}\ninitContainers:\n  - ${init}\n`,
  };
  const apply = () => planOf(applyResourceProfile, aWorld({ services }), { team: 'billing', profile: 'startup' });
  expect(refusalOf(apply)).toMatchObject({ details: { 'limits.memory': { needed: '4Gi', used: '6Gi', hard: '8Gi' } } });
});

it('may go down in a team that is over its quota', () => {
  const over = { tenants: { billing: { quotas: { 'requests.memory': '1Mi', 'requests.cpu': '1m' } } } };
  const file =
    'image: {repository: a, tag: "1"}\nresources: {requests: {cpu: 1, memory: 2Gi}, limits: {cpu: 4, memory: 8Gi}}\n';
  expect(plan('steady-small', file, over).changes).toHaveLength(1);
});

it('takes the profiles of the platform', () => {
  const mine = { requests: { cpu: '1m', memory: '2Mi' }, limits: { cpu: '3m', memory: '4Mi' } };
  const platform = { resourceProfiles: { ...DEFAULT_PROFILES, 'steady-medium': mine } };
  expect(parseYaml(textOfPlan(plan('steady-medium', COMMENTED, { platform })))).toMatchObject({ resources: mine });
});

it.each([
  ['another profile', { profile: 'huge' }, 'profile'],
  ['no profile', {}, 'profile'],
  ['a service that is not there', { profile: 'startup', service: 'nothing' }, 'service'],
])('refuses %s', (_, raw, field) => {
  expect(refusalOf(() => planOf(applyResourceProfile, worldOf(COMMENTED), { team: 'billing', ...raw }))).toMatchObject({
    field,
  });
});

it('is refused where the edit would reach further than it says', () => {
  const file = `image: {repository: a, tag: "1"}\nresources: &same\n  requests: {cpu: 1m, memory: 1Mi}\n  limits: {cpu: 1m, memory: 1Mi}\nnote: *same\n`;
  expect(refusalOf(() => plan('startup', file))).toMatchObject({ code: 'unsafe_edit' });
});

it('can be undone: one profile after the other is the first again, and nothing else was touched', () => {
  const names = fc.constantFrom(...PROFILE_NAMES);
  const others = (text: string) => text.replace(/^ {2}(requests|limits): .*\n/gm, '');
  fc.assert(
    fc.property(names, names, (first, second) => {
      const begun = textOfPlan(plan(first));
      const undone = textOfPlan(plan(first, textOfPlan(plan(second, begun))));
      expect(parseYaml(undone)).toEqual(parseYaml(begun));
      expect(others(undone)).toBe(others(COMMENTED));
    }),
  );
});
