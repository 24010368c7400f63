import { Counter, Gauge, type Registry } from 'prom-client';
import { markdownTable } from './markdown-table';

export const METRICS = 'docs/metrics.md';

/** The text with the table of our metrics between its marks. @throws Error where the marks are missing. */
export function withMetricsTable(text: string, registry: Registry): string {
  const marks = /(<!-- metrics:begin -->\n)[^]*?(<!-- metrics:end -->)/;
  if (!marks.test(text)) throw new Error(`${METRICS} has no <!-- metrics:begin --> and <!-- metrics:end -->.`);
  const rows = registry
    .getMetricsAsArray()
    .filter(({ name }) => name.startsWith('mctl_'))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map((metric) => [`\`${metric.name}\``, typeOf(metric), labelsOf(metric), metric.help]);
  const table = markdownTable(['metric', 'type', 'labels', 'what it says'], rows);
  return text.replace(marks, (_all, begin: string, end: string) => `${begin}\n${table}\n${end}`);
}

function typeOf(metric: object): string {
  if (metric instanceof Counter) return 'counter';
  return metric instanceof Gauge ? 'gauge' : 'histogram';
}

/** The library keeps them; its types do not say so. */
function labelsOf(metric: object): string {
  const { labelNames = [] } = metric as { labelNames?: readonly string[] };
  return labelNames.map((name) => `\`${name}\``).join(', ');
}
