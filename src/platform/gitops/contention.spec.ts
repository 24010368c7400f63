import { Contention } from './contention';

const lose = (contention: Contention, ...sizes: number[]) => sizes.forEach((size) => contention.lost(size, 1));

describe('Contention', () => {
  it('limits nothing where nobody else writes, and not after a single loss', () => {
    const contention = new Contention();
    expect(contention.room).toBe(Infinity);
    lose(contention, 64);
    expect(contention.room).toBe(Infinity);
    contention.won();
    lose(contention, 64);
    expect(contention.room).toBe(Infinity);
  });

  it('carries half as much after each further loss, and never less than a few', () => {
    const contention = new Contention();
    const rooms = [64, 64, 32, 16, 8, 1].map((size) => {
      contention.lost(size, 1);
      return contention.room;
    });
    expect(rooms).toEqual([Infinity, 32, 16, 8, 8, 8]);
  });

  it('carries twice as much after each push that arrived', () => {
    const contention = new Contention();
    lose(contention, 4, 4, 2);
    expect(contention.room).toBe(8);
    const rooms = Array.from({ length: 4 }, () => {
      contention.won();
      return contention.room;
    });
    expect(rooms).toEqual([16, 32, 64, 128]);
  });

  it('ends at some time, and pauses only for moments', () => {
    const contention = new Contention();
    expect(contention.lost(1, 49)).toBe(true);
    expect(contention.lost(1, 50)).toBe(false);
    expect(contention.pauseMs).toBeLessThan(11);
  });
});
