import { OperationRegistry } from '../../src/platform/operations/registry';
import { FILE_TRIPS } from '../factories/file-round-trips';
import { SERVICE_TRIPS } from '../factories/service-round-trips';
import { ScratchApp } from '../support/scratch-app';

let scratch: ScratchApp;

beforeAll(async () => {
  scratch = await ScratchApp.start();
});

afterAll(() => scratch?.stop());

/** Whoever adds an operation adds there how it is taken back: see src/services and src/tenants/round-trip.properties.medium.spec.ts. */
it('tries every operation there and back on files as people keep them', () => {
  const operations = scratch.app.get(OperationRegistry).all();
  const names = operations.map(({ name }) => name);
  expect([...new Set([...Object.keys(SERVICE_TRIPS), ...Object.keys(FILE_TRIPS)])].sort()).toEqual(names);
});
