/** Words that this feature shares with OpenClaw, its template (seed/templates/services/openclaw.yaml) and the secret store. */

/** Name of the service template that an OpenClaw is made from. */
export const TEMPLATE = 'openclaw';

/** OpenClaw's own port (its docs, gateway), where the template names none. */
export const PORT = 18_789;

/**
 * The variable in which OpenClaw expects the token (its docs, channels/telegram). The secret is called the same, as all secrets of
 * services are: so mctl_get_service_config shows whether it is there, and mctl_deploy_service takes another one.
 */
export const BOT_TOKEN = 'TELEGRAM_BOT_TOKEN';

/** Plain variables that the template's start-up command reads. The first one also tells an OpenClaw from any other service. */
export const OWNERS_VARIABLE = 'TELEGRAM_OWNER_IDS';
export const MODEL_VARIABLE = 'DEFAULT_MODEL';
export const ORIGINS_VARIABLE = 'PUBLIC_ORIGINS';

/** Numeric id of a Telegram user. A leading zero would make it an id that nobody has. */
export const OWNER_ID = { pattern: /^[1-9][0-9]{0,19}$/, rule: 'digits, at most 20, the first not 0', maxLength: 20 };
/** All of them come as one variable, and each may tell the bot what to do. */
export const MOST_OWNERS = 20;

/** `provider/model` as OpenClaw writes it, or a name that its own settings explain. */
export const MODEL = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9._:@/-]{0,199}$/,
  rule: 'a model as OpenClaw names it, e.g. anthropic/claude-opus-4-6',
  maxLength: 200,
};

/** Variable with the key of a model's provider (OpenClaw's docs, providers). Others sign in by themselves or are set up inside. */
const PROVIDER_KEYS: Readonly<Record<string, string>> = {
  anthropic: 'ANTHROPIC_API_KEY',
  google: 'GEMINI_API_KEY',
  openai: 'OPENAI_API_KEY',
  openrouter: 'OPENROUTER_API_KEY',
};

/** @param model e.g. `anthropic/claude-opus-4-6`. */
export function providerKeyOf(model: string): string | undefined {
  const [provider = ''] = model.split('/');
  return Object.hasOwn(PROVIDER_KEYS, provider) ? PROVIDER_KEYS[provider] : undefined;
}
