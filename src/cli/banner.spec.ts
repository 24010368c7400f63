import { type BannerFacts, renderBanner } from './banner';

const FACTS: BannerFacts = {
  address: 'http://127.0.0.1:8080',
  publicUrl: 'https://mctl.example.org',
  dataDir: '/srv/mctl',
  repository: 'embedded repository',
  local: undefined,
  offersOAuth: true,
  tokenCommand: 'npm run --silent mctl -- token --user LOGIN',
  others: [],
  notes: [],
};
const ADD = 'claude mcp add --transport http mctl https://mctl.example.org/mcp';

it('is the address alone where clients sign in by OAuth', () => {
  const banner = renderBanner(FACTS);
  expect(banner).toContain(`${ADD}\n`);
  expect(banner).toContain('https://mctl.example.org/connect');
  expect(banner).not.toContain('Bearer');
});

it('names a place for a token where there is no OAuth', () => {
  expect(renderBanner({ ...FACTS, offersOAuth: false })).toContain(
    `${ADD} --header "Authorization: Bearer YOUR-TOKEN"`,
  );
});
