import { aWorld } from '../../test/factories/world';
import { targetOf } from './target.policy';

const file = (text: string) => ({ 'domains/shop.example.com.yaml': `team: a\nservice: b-c\n${text}` });
const isAmbiguous = (text: string) => {
  const world = aWorld({ tenants: { a: {}, 'a-b': {} }, files: file(text) });
  const domain = world.domain('shop.example.com');
  return domain && targetOf(world, domain).isAmbiguous;
};

describe(targetOf.name, () => {
  it('keeps a CNAME that proved the host, whoever comes later', () => {
    expect(isAmbiguous('status: active\nproof: { method: cname }\n')).toBe(false);
  });

  it.each([
    'status: active\nproof: { method: txt }\n',
    'status: pending\n',
    'status: pending\nproof: { method: cname }\n',
  ])('counts no new CNAME: %j', (text) => {
    expect(isAmbiguous(text)).toBe(true);
  });
});

it.each([
  ['status: bogus\ncreatedAt: "2026-01-01T00:00:00.000Z"\n', 'pending', '2026-01-08T00:00:00.000Z'],
  ['status: pending\n', 'pending', '1970-01-01T00:00:00.000Z'],
  ['status: activ\nproof: { method: txt }\n', 'pending', undefined],
])('a file by hand, %j, expires in the end', (text, status, expiry) => {
  const domain = aWorld({ files: file(text) }).domain('shop.example.com');
  expect([domain?.status, domain?.expiresAt?.toISOString()]).toEqual([status, expiry]);
});
