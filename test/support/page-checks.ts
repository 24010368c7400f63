import type { Page } from 'playwright-core';

/** Whether nothing sticks out to the right of the window. */
export function isFitting(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth');
}

/**
 * Visible texts whose contrast to what is painted behind them is below 4.5 (WCAG 2.2, 1.4.3), each with its ratio. Colours are those
 * that the browser has computed.
 */
export function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const linear = (value) => { const c = value / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
    const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    const behind = (element) => {
      for (let each = element; each; each = each.parentElement) {
        const [r, g, b, a = 1] = channels(getComputedStyle(each).backgroundColor);
        if (a === 1) return [r, g, b];
        if (a !== 0) throw new Error('a colour that is half transparent');
      }
      return [255, 255, 255];
    };
    const faint = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let count = 0;
    while (walker.nextNode()) {
      const text = walker.currentNode.textContent.trim();
      const element = walker.currentNode.parentElement;
      if (!text || !element.checkVisibility() || ['STYLE', 'SCRIPT'].includes(element.tagName)) continue;
      count += 1;
      const [light, dark] = [luminance(channels(getComputedStyle(element).color)), luminance(behind(element))].sort((a, b) => b - a);
      const ratio = (light + 0.05) / (dark + 0.05);
      if (ratio < 4.5) faint.push(ratio.toFixed(2) + ' ' + text.slice(0, 40));
    }
    if (count < 5) throw new Error('there is hardly any text: ' + count);
    return faint;
  })()`);
}

/** What has the focus, by what a person is told of it. */
export function focused(page: Page): Promise<string> {
  return page.evaluate(
    `(document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent).trim()`,
  );
}
