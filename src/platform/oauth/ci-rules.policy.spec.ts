import type { CiRule } from '../config';
import { ruleFor } from './ci-rules.policy';

const RULE: CiRule = { name: 'x', repository: 'acme/billing', ref: '*', team: 'billing', role: 'viewer' };
const CLAIMS = { repository: 'Acme/Billing', repository_id: '1', ref: 'refs/heads/feature' };

it('takes any ref where the rule says so, and only that one where it names one', () => {
  expect(ruleFor([RULE], CLAIMS)).toBe(RULE);
  expect(ruleFor([{ ...RULE, ref: 'refs/heads/main' }], CLAIMS)).toBeUndefined();
  expect(ruleFor([{ ...RULE, ref: 'refs/heads/feature' }], CLAIMS)).toBeDefined();
});

it('takes no other repository, nor a job outside of the environment', () => {
  expect(ruleFor([RULE], { ...CLAIMS, repository: 'acme/other' })).toBeUndefined();
  expect(ruleFor([{ ...RULE, environment: 'production' }], CLAIMS)).toBeUndefined();
});
