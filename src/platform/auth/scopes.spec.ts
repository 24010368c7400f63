import { missingScopes, mustHaveScopes, type Scope, scopesFor } from './scopes';

const RULES = {
  whoami: { name: 'mctl_whoami', kind: 'read' },
  logs: { name: 'mctl_get_service_logs', kind: 'read' },
  deploy: { name: 'deploy-service', kind: 'write' },
  retire: { name: 'retire-service', kind: 'destructive' },
  unnamed: { name: 'something-new', kind: 'write' },
} as const;

it.each<[keyof typeof RULES, Scope[]]>([
  ['whoami', ['platform:read']],
  ['logs', ['logs:read']],
  ['deploy', ['platform:read', 'service:deploy']],
  ['retire', ['platform:read', 'service:delete']],
  ['unnamed', ['platform:read', 'platform:write']],
])('%s needs %j', (rule, scopes) => expect(scopesFor(RULES[rule])).toEqual(scopes));

it.each<[string[], keyof typeof RULES, Scope[]]>([
  [[], 'deploy', ['platform:read', 'service:deploy']],
  [['service:deploy'], 'deploy', ['platform:read']],
  [['platform:read'], 'deploy', ['service:deploy']],
  [['platform:read', 'service:deploy'], 'deploy', []],
  [['platform:write'], 'deploy', []],
  [['platform:write'], 'unnamed', []],
  [['platform:write'], 'retire', ['service:delete']],
  [['platform:destroy'], 'retire', []],
  [['platform:destroy'], 'logs', []],
  [['platform:read'], 'logs', ['logs:read']],
  [['platform:write'], 'logs', []],
  [['service:delete'], 'deploy', ['platform:read', 'service:deploy']],
  [['PLATFORM:WRITE'], 'whoami', ['platform:read']],
])('with %j, %s lacks %j', (scopes, rule, missing) => {
  expect(missingScopes({ scopes }, RULES[rule])).toEqual(missing);
});

it('a token of another kind lacks nothing', () => {
  for (const rule of Object.values(RULES)) expect(() => mustHaveScopes({}, rule)).not.toThrow();
});
