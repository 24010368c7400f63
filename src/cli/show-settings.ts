import { type CurrentSetting, currentSettings, loadConfig, renderEnvExample } from '../platform/config';
import { isSecretName, MASK, maskCredentials } from '../platform/text/secrets';

/** Prints every setting, then, as an error, what is wrong with them. @throws ConfigError */
export function showSettings({ example }: { example?: boolean }): void {
  if (example) {
    process.stdout.write(renderEnvExample());
    return;
  }
  process.stdout.write(currentSettings().map(render).join('\n'));
  loadConfig();
}

function render({ name, value, fallback, isSet, help, isSecret }: CurrentSetting): string {
  const shown = (isSecret || isSecretName(name)) && value ? MASK : maskCredentials(value);
  return `${name}=${shown}\n    ${isSet ? `set; default: ${fallback || '(empty)'}` : 'default'}. ${help}\n`;
}
