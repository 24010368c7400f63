import fc from 'fast-check';
import { FILE_TRIPS, type Surroundings, worldOfTexts } from '../../test/factories/file-round-trips';
import { oddServices, oddTemplates, oddTenants } from '../../test/factories/odd-values';
import { changedFiles, factsOf, lostComments, planCall } from '../../test/factories/round-trip';

const RUNS = Math.ceil(Number(process.env['YAML_RUNS'] ?? 100) / 2);

const surroundings: fc.Arbitrary<Surroundings> = fc.record({
  service: oddServices.map(({ text }) => text),
  otherService: oddServices.map(({ text }) => text),
  template: oddTemplates.map(({ text }) => text),
  tenant: oddTenants('billing').map(({ text }) => text),
  otherTenant: oddTenants('shop').map(({ text }) => text),
});

describe('tenant files as people keep them', () => {
  it('are what the generator says they are', () => {
    fc.assert(
      fc.property(oddTenants('billing'), ({ text, data }) => {
        expect(factsOf(text, 0).data).toEqual(data);
      }),
      { numRuns: RUNS * 2 },
    );
  });
});

describe.each(Object.entries(FILE_TRIPS))('%s makes or removes its own files', (_, trips) => {
  it.each(Object.entries(trips))('%s', (_name, { call, back, files, from }) => {
    fc.assert(
      fc.property(surroundings, (texts) => {
        const world = worldOfTexts(texts);
        const there = world.with(planCall(call, world).changes);
        expect(changedFiles(world, there)).toEqual(files.map((path) => world.layout.under(path)));
        const textOf = (path = '') => there.text(there.layout.under(path)) ?? '';
        if (from) expect(lostComments(textOf(from), textOf(files[0]), [['image', 'digest']])).toEqual([]);
        if (!back) return;
        expect(changedFiles(world, there.with(planCall(back, there).changes))).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });
});
