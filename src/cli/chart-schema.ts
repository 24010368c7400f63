import { z } from 'zod';
import { SETTINGS } from '../platform/config';
import type { Setting } from '../platform/config/setting';

/** Schema of the values of the chart that MCTL is installed with. */
export const CHART_SCHEMA = 'deploy/helm/mctl/values.schema.json';

type Schema = { properties: Record<string, object>; [keyword: string]: unknown };

/**
 * The chart's schema with the names of all settings in it, so that helm refuses a misspelt one before anything is installed.
 * @param text the file as it is; what is by hand in it stays.
 */
export function withSettingNames(text: string): string {
  const schema = JSON.parse(text) as Schema;
  schema.properties.settings = namesOf(valueOf, '#/$defs/settingValue');
  schema.properties.existingSecrets = namesOf(() => ({ $ref: '#/$defs/secretKey' }), '#/$defs/secretKey');
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** OpenTelemetry's own variables are no settings of ours, and have no list that ends. */
function namesOf(of: (setting: Setting) => object, others: string): object {
  const names = Object.values<Setting>(SETTINGS).map((setting) => [setting.name, of(setting)] as const);
  return {
    type: 'object',
    properties: Object.fromEntries(names),
    patternProperties: { '^OTEL_[A-Z0-9_]+$': { $ref: others } },
    additionalProperties: false,
  };
}

function valueOf({ schema, help }: Setting): object {
  const value = schema instanceof z.ZodEnum ? { enum: [...schema.options, null] } : { $ref: '#/$defs/settingValue' };
  return { description: help, ...value };
}
