import { OperationRegistry } from '../platform/operations/registry';
import { columns } from './columns';
import { withScratchApp } from './scratch-app';

/** What this version can do; the data folder is not looked at. */
export async function listOperations({ json }: { json?: boolean }): Promise<void> {
  const items = await withScratchApp((app) =>
    app
      .get(OperationRegistry)
      .all()
      .map(({ name, risk, role, kind, tool, title }) => ({ name, risk, role, kind, tool, title })),
  );
  const rows = items.map(({ name, risk, role, title }) => [name, risk, role, title]);
  process.stdout.write(json ? `${JSON.stringify(items, null, 2)}\n` : columns(['NAME', 'RISK', 'ROLE', 'TITLE'], rows));
}
