import { planOf, refusalOf, textOfPlan } from '../../test/factories/plan';
import { aWorld } from '../../test/factories/world';
import { type World } from '../platform/gitops';
import { deployService } from './deploy.operation';
import type { ServiceChangeAnswer } from './operations.dto';
import { rollbackService } from './rollback.operation';
import { scaleService } from './scale.operation';
import { tagHistory } from './tag-history';

const IMAGE = 'image:\n  repository: ghcr.io/acme/api\n  tag: ';
const with1 = (text: string): World => aWorld({ services: { 'billing/api': text } });
const ABOUT = { team: 'billing', service: 'api' };
const deploy = (world: World, image_tag: string) =>
  planOf(deployService, world, { ...ABOUT, action: 'deploy', image_tag });
const configure = (world: World, env: Record<string, string | null>) =>
  planOf(deployService, world, { ...ABOUT, action: 'update-config', env });
const changed = (plan: { answer: object }) => (plan.answer as ServiceChangeAnswer).changed;
const revision = (text: string, commit: string) => ({ commit, at: 't', by: 'ada', text });

describe('a tag without quotes that Helm takes for a number', () => {
  it.each([
    ['1.10', '1.1'],
    ['20240101', '2.0240101e+07'],
    ['0123', '83'],
    ['4995e53', '4.995e+56'],
    ['1_000', '1000'],
    ['on', 'true'],
  ])('%s gets quotes when the very same tag is deployed, and the answer says that it was %s', (tag, printed) => {
    const plan = deploy(with1(`${IMAGE}${tag} # by hand\n`), tag);
    expect(textOfPlan(plan)).toBe(`${IMAGE}"${tag}" # by hand\n`);
    expect(changed(plan)).toEqual([{ key: 'image.tag', from: printed, to: tag }]);
  });

  it('is summed up by what ran of it, when the very same tag is deployed', () => {
    expect(deploy(with1(`${IMAGE}1.10\n`), '1.10').summary).toBe(
      'billing/api goes from 1.1, which Helm makes of 1.10 without quotes, to 1.10.',
    );
    expect(deploy(with1(`${IMAGE}1.11\n`), '1.11').summary).toBe('billing/api is at 1.11 already.');
  });

  it('is shown as written when it goes', () => {
    const plan = deploy(with1(`${IMAGE}1.10\n`), '1.11');
    expect(textOfPlan(plan)).toBe(`${IMAGE}"1.11"\n`);
    expect(changed(plan)).toEqual([{ key: 'image.tag', from: '1.10', to: '1.11' }]);
    expect(plan.summary).toContain('goes from 1.10 to 1.11');
  });

  it('takes containers along that run the image as written', () => {
    const world = with1(`${IMAGE}4995e53\ninitContainers:\n  - name: migrate\n    image: ghcr.io/acme/api:4995e53\n`);
    expect(textOfPlan(deploy(world, '5006f64'))).toBe(
      `${IMAGE}5006f64\ninitContainers:\n  - name: migrate\n    image: ghcr.io/acme/api:5006f64\n`,
    );
  });

  it('is known to the history as written, with what ran', () => {
    const history = tagHistory([revision(`${IMAGE}"1.11"\n`, 'c2'), revision(`${IMAGE}1.10\n`, 'c1')]);
    expect(history).toMatchObject([{ tag: '1.11' }, { tag: '1.10', ran: '1.1' }]);
    expect(history[0]).not.toHaveProperty('ran');
    const plan = planOf(rollbackService, with1(`${IMAGE}"1.11"\n`), ABOUT, history);
    expect(textOfPlan(plan)).toBe(`${IMAGE}"1.10"\n`);
    expect(plan.warnings).toEqual([{ code: 'number_for_text', message: expect.stringContaining('what ran was 1.1,') }]);
  });

  it('is what runs now: there is nothing to go back to', () => {
    const history = tagHistory([revision(`${IMAGE}1.10\n`, 'c2'), revision(`${IMAGE}"1.9"\n`, 'c1')]);
    const back = () => planOf(rollbackService, with1(`${IMAGE}1.10\n`), { ...ABOUT, target_tag: '1.10' }, history);
    expect(refusalOf(back)).toMatchObject({ code: 'already_current', allowed: ['1.9'] });
  });
});

describe('a variable without quotes', () => {
  const ENV = `${IMAGE}v1\nenv:\n  FLAG: on\n  RATIO: 1.10\n  PORT: 3000\n`;

  it('gets quotes where it arrives as something else than what is asked for', () => {
    const plan = configure(with1(ENV), { FLAG: 'on', RATIO: '1.10', PORT: '3000' });
    expect(textOfPlan(plan)).toBe(ENV.replace('on', '"on"').replace('1.10', '"1.10"'));
    expect(changed(plan)).toEqual([
      { key: 'env.FLAG', from: 'true', to: 'on' },
      { key: 'env.RATIO', from: '1.1', to: '1.10' },
    ]);
  });

  it('gets the text that arrives, where that is asked for', () => {
    expect(textOfPlan(configure(with1(ENV), { FLAG: 'true', RATIO: '1.1' }))).toBe(
      ENV.replace('on', '"true"').replace('1.10', '"1.1"'),
    );
  });
});

it('leaves a number of replicas that is right as it is written', () => {
  const text = `${IMAGE}v1\nreplicaCount:   2  # two\n`;
  expect(textOfPlan(planOf(scaleService, with1(text), { ...ABOUT, replicas: 2 }))).toBe(text);
  expect(textOfPlan(planOf(scaleService, with1(text), { ...ABOUT, replicas: 3 }))).toBe(text.replace('  2 ', '  3 '));
});
