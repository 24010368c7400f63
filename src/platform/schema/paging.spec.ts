import { fitting, paginate } from './paging';

const large = Array.from({ length: 200 }, (_, index) => ({
  key: String(index).padStart(3, '0'),
  text: 'x'.repeat(990),
}));
const keyOf = ({ key }: { key: string }) => key;

describe('a page', () => {
  it('ends where an answer would grow too large, and the next one goes on from there', () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = paginate(large, { limit: 200, cursor }, keyOf);
      expect(JSON.stringify(page).length).toBeLessThan(80_000);
      expect(page.count).toBe(page.items.length);
      seen.push(...page.items.map(keyOf));
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(large.map(keyOf));
  });

  it('ends at the limit where that comes first', () => {
    expect(paginate(large, { limit: 3 }, keyOf)).toMatchObject({ count: 3, next_cursor: expect.any(String) });
    expect(paginate(large.slice(0, 3), { limit: 3 }, keyOf)).toMatchObject({ count: 3, next_cursor: null });
  });
});

describe(fitting.name, () => {
  it('measures what is shown, and keeps at least one item', () => {
    expect(fitting(large, (item) => item).length).toBeLessThan(75);
    expect(fitting(large, keyOf)).toHaveLength(200);
    expect(fitting([0, 1], () => 'x'.repeat(90_000))).toEqual([0]);
    expect(fitting([], keyOf)).toEqual([]);
  });
});
