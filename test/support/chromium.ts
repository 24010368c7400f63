import { type Browser, chromium } from 'playwright-core';

/** Debian's Chromium, without a window. Its sandbox wants privileges that neither root nor a container gives it. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
}
