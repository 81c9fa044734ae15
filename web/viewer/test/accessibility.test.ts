import axe from 'axe-core';
import { expect, it } from 'vitest';
import { toHex } from '../../player/src/codec/bytes.js';
import { makeDirectors } from '../../player/test/studio.js';
import { badge, broadcast, browser, gateway, inChromium, page, picture, programme, until, url } from './viewer.js';

inChromium('phones, motion, scripts and axe', () => {
  it('fits a phone: nothing scrolls sideways and every control can be reached', async () => {
    const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 });
    phone.setDefaultTimeout(60_000);
    const small = await phone.newPage();
    try {
      await small.goto(url);
      await small.locator('.headline [data-verdict="certified"]').waitFor();
      await small.locator('.directors').waitFor();
      const fits = () =>
        small.evaluate(() => {
          const wide = document.scrollingElement!;
          scrollTo(1000, 0);
          return { width: wide.scrollWidth, scrolled: scrollX, window: innerWidth };
        });
      expect(await fits()).toEqual({ width: 390, scrolled: 0, window: 390 });
      // Whatever a finger can press is wholly on the screen, is not covered, and is large enough.
      const controls = await small.locator('.masthead button, .controls button, [data-testid=prompt], .ideas button, .identity a').all();
      expect(controls.length).toBeGreaterThan(10);
      for (const control of controls) {
        await control.scrollIntoViewIfNeeded();
        const { name, reached, left, right, height } = await control.evaluate(element => {
          const box = element.getBoundingClientRect();
          const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
          return { name: element.getAttribute('aria-label') ?? element.textContent, reached: hit !== null && element.contains(hit), left: box.left, right: box.right, height: box.height };
        });
        expect({ name, reached, inside: left >= 0 && right <= 390, large: height >= 24 }).toEqual({ name, reached: true, inside: true, large: true });
      }
      for (const name of ['Settings', 'Keyboard shortcuts']) {
        await small.evaluate(() => scrollTo(0, 0));
        await small.getByRole('button', { name, exact: true }).tap();
        const box = (await small.getByRole('dialog').boundingBox())!;
        expect(box.x >= 0 && box.x + box.width <= 390 && box.y >= 0 && box.y + box.height <= 844).toBe(true);
        expect(await small.getByRole('dialog').evaluate(dialog => dialog.scrollWidth <= dialog.clientWidth)).toBe(true);
        await small.getByRole('dialog').getByRole('button', { name: 'Close' }).tap();
      }
      await small.getByRole('button', { name: 'Statistics' }).tap();
      await small.getByRole('complementary', { name: 'Statistics' }).waitFor();
      expect(await fits()).toEqual({ width: 390, scrolled: 0, window: 390 });
    } finally {
      await phone.close();
    }
  });

  it('can be used with the keyboard alone, on a narrow page too: the focus is always seen, and comes back from a dialog', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(url);
    await badge('certified').waitFor();
    await page.locator('.directors').waitFor();
    /** What has the focus, and what is wrong with how it is shown. */
    const look = () =>
      page.evaluate(() => {
        const element = document.activeElement!;
        if (element === document.body) return null;
        const { left, top, width, height } = element.getBoundingClientRect();
        const hit = document.elementFromPoint(left + width / 2, top + height / 2);
        const outlined = [element, element.nextElementSibling, element.closest('form')].some(around => around && (getComputedStyle(around).outlineStyle !== 'none' || around.matches('form:focus-within')));
        const name = element.getAttribute('aria-label') ?? element.textContent;
        return { name, faults: [...(hit !== null && (element.contains(hit) || hit.contains(element)) ? [] : ['is hidden']), ...(outlined ? [] : ['has no outline'])].map(fault => `${name} ${fault}`) };
      });
    for (const [key, stops] of [['Tab', 45], ['Shift+Tab', 45]] as const) {
      const names = new Set<string | null>();
      for (let stop = 0; stop < stops; stop++) {
        await page.keyboard.press(key);
        const found = await look();
        expect(found?.faults ?? []).toEqual([]);
        if (found !== null) names.add(found.name);
      }
      for (const name of ['Settings', 'Pause', 'Captions', 'Your prompt', 'certificate']) expect([...names]).toContain(name);
    }
    for (const close of ['Escape', 'Enter']) {
      await page.getByRole('button', { name: 'Settings' }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor();
      if (close === 'Enter') await page.getByRole('button', { name: 'Close' }).focus();
      await page.keyboard.press(close);
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      expect((await look())?.name).toBe('Settings');
    }
  });

  it('has room on a narrow page for the longest reason why a slot is not shown', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    const strangers = await makeDirectors();
    await page.route('**/config.json', route => route.fulfill({ json: { trust: { candidates: strangers.map(({ key }) => toHex(key)) } } }));
    await page.goto(url);
    await badge('broken').waitFor();
    await page.getByTestId('cover').getByText(/0x[0-9a-f]{64} is not among the pinned candidates/).waitFor();
    const { width, cut } = await page.evaluate(() => {
      const cover = document.querySelector('[data-testid=cover]')!;
      return { width: document.scrollingElement!.scrollWidth, cut: [cover, ...document.querySelectorAll('.proof-broken')].filter(element => element.scrollWidth > element.clientWidth).length };
    });
    expect({ width, cut }).toEqual({ width: 360, cut: 0 });
    // What does not fit can be scrolled to, its beginning included.
    expect(await page.getByTestId('cover').evaluate(cover => cover.querySelector('.icon')!.getBoundingClientRect().top >= cover.getBoundingClientRect().top)).toBe(true);
  });

  it('shows states and the focus where the system forces its colours', async () => {
    await page.emulateMedia({ forcedColors: 'active' });
    await page.goto(url);
    await badge('certified').waitFor();
    const colours = (selector: string) => page.locator(selector).first().evaluate(element => {
      const { backgroundColor, outlineStyle, outlineColor, borderStyle } = getComputedStyle(element);
      return { background: backgroundColor, outlined: outlineStyle !== 'none' && outlineColor !== 'rgba(0, 0, 0, 0)', bordered: borderStyle !== 'none' };
    });
    await page.getByTestId('prompt').focus();
    expect(await colours('[data-testid=prompt]')).toMatchObject({ outlined: true });
    await page.getByTestId('prompt').blur();
    // Pressed and not pressed, chosen and not chosen, proven and not proven look different.
    await page.keyboard.press('c');
    expect((await colours('.control[aria-pressed=true]')).background).not.toBe((await colours('.control[aria-pressed=false]')).background);
    await page.locator('.vote.proven').first().waitFor();
    expect((await colours('.vote.proven')).background).not.toBe((await colours('.vote:not(.proven)')).background);
    expect(await colours('.card')).toMatchObject({ bordered: true });
    await page.keyboard.press(',');
    expect((await colours('.choice input:checked + span')).background).not.toBe((await colours('.choice input:not(:checked) + span')).background);
    await page.getByRole('radio', { name: 'Balanced' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await colours('.choice input:checked + span')).toMatchObject({ outlined: true });
    expect(await page.getByRole('dialog').getByRole('switch').first().evaluate(element => getComputedStyle(element).appearance)).toBe('auto');
  });

  it('shows the longest words and prompts that are written from right to left', async () => {
    const word = 'Donaudampfschifffahrt'.repeat(13).slice(0, 256);
    const arabic = 'ثعلب أحمر في مخبز، يغني 3 أغان.';
    await broadcast([{ ...programme[0]!, prompt: word }, { ...programme[1]!, prompt: arabic }]);
    await page.goto(url);
    await badge('certified').waitFor();
    for (const prompt of [word, arabic]) {
      await page.getByTestId('prompt').fill(prompt);
      expect(await page.getByTestId('prompt').evaluate(box => getComputedStyle(box).direction)).toBe(prompt === arabic ? 'rtl' : 'ltr');
      await page.getByTestId('send').click();
      await page.locator('.wish-text').getByText(prompt, { exact: true }).waitFor();
    }
    await until('both are told everywhere', () =>
      page.evaluate(texts => ['.coming-prompt', '.card-prompt'].every(place => texts.every(text => [...document.querySelectorAll(place)].some(element => element.textContent === text))), [word, arabic]),
    );
    await until('the prompt from right to left is the title', async () => (await page.getByTestId('title').textContent()) === arabic);
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 844 });
      const wrong = await page.evaluate(text =>
        [...document.querySelectorAll<HTMLElement>('h1, .wish-text, .coming-prompt, .card-prompt')].flatMap(element => {
          const faults = [];
          // A word that is cut off at the edge of its box has neither been broken nor been shortened.
          if (element.scrollWidth > element.clientWidth) faults.push('is wider than its box');
          if ((getComputedStyle(element).direction === 'rtl') !== (element.textContent === text)) faults.push('runs the wrong way');
          if (element.getBoundingClientRect().height > 120) faults.push('takes more than its share');
          return faults.map(fault => `${element.className || element.tagName} ${fault}`);
        }), arabic);
      expect(wrong).toEqual([]);
      expect(await page.evaluate(() => document.scrollingElement!.scrollWidth)).toBe(width);
    }
  });

  for (const reducedMotion of ['no-preference', 'reduce'] as const) {
    it(`${reducedMotion === 'reduce' ? 'moves nothing but the picture' : 'may move'} where motion is wished: ${reducedMotion}`, async () => {
      await page.emulateMedia({ reducedMotion });
      gateway.starting = true;
      await page.goto(url);
      await page.locator('.cover .spinner').waitFor();
      const turning = () => page.evaluate(() => document.getAnimations().filter(animation => animation.playState === 'running').length);
      const duration = await page.locator('.cover .spinner').evaluate(spinner => parseFloat(getComputedStyle(spinner).animationDuration));
      if (reducedMotion === 'reduce') {
        expect(duration).toBeLessThan(0.001);
        await until('nothing turns', async () => (await turning()) === 0);
      } else {
        expect(duration).toBeGreaterThan(0.1);
        expect(await turning()).toBeGreaterThan(0);
      }
      gateway.starting = false;
      await badge('certified').waitFor();
      const before = (await picture()).time;
      await until('the picture moves', async () => (await picture()).time > before + 0.5);
    });
  }

  for (const [device, viewport] of [['a desk', { width: 1280, height: 800 }], ['a phone', { width: 390, height: 844 }]] as const) {
    it(`has nothing that axe objects to in any state, on ${device}`, async () => {
      await page.setViewportSize(viewport);
      // Without it, colours are judged in the middle of a transition.
      await page.emulateMedia({ reducedMotion: 'reduce' });
      const objections: string[] = [];
      const check = async (state: string) => {
        if ((await page.evaluate(() => (globalThis as { axe?: unknown }).axe)) === undefined) await page.evaluate(axe.source);
        const found = await page.evaluate(async () => (await (globalThis as unknown as { axe: typeof axe }).axe.run()).violations);
        objections.push(...found.map(({ id, help, nodes }) => `${state}: ${id}: ${help}: ${nodes.map(node => `${node.html} ${node.failureSummary}`).join(' | ')}`));
      };
      gateway.starting = true;
      await page.goto(url);
      await page.locator('.connection-starting').waitFor();
      await check('starting');
      gateway.starting = false;
      gateway.spoilFrom = { slot: 0, spoiler: 'unproven' };
      await badge('checking').waitFor();
      await check('checking');
      gateway.spoilFrom = null;
      await badge('certified').waitFor();
      await page.getByTestId('opening').first().waitFor();
      await page.keyboard.press('c');
      await page.keyboard.press('s');
      await page.locator('.statistics').waitFor();
      await check('certified, with captions and statistics');
      await page.keyboard.press('s');
      await page.getByTestId('prompt').fill('a lighthouse that sings');
      await page.getByTestId('send').click();
      await page.getByTestId('wish').waitFor();
      await page.getByTestId('prompt').fill('ab');
      await page.getByTestId('send').click();
      await page.getByRole('alert').waitFor();
      await check('a prompt on its way and one that was refused');
      await page.getByTestId('prompt').blur();
      for (const key of [',', '?']) {
        await page.keyboard.press(key);
        await page.getByRole('dialog').waitFor();
        await check(`the dialog of ${key}`);
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'hidden' });
      }
      await page.keyboard.press(' ');
      await page.locator('.big-play').waitFor();
      await check('paused');
      await page.keyboard.press(' ');
      await until('a slot has passed', async () => (await page.locator('.card:not(.shown)').count()) > 1);
      await page.keyboard.press('ArrowLeft');
      await page.locator('.replay-chip').waitFor();
      await check('replay');
      await page.keyboard.press('l');
      gateway.spoilFrom = { slot: gateway.slotNow + 1, spoiler: 'filler' };
      await badge('filler').waitFor();
      await check('filler');
      gateway.spoilFrom = { slot: gateway.slotNow + 1, spoiler: 'certificate' };
      await badge('broken').waitFor();
      await check('broken');
      await gateway.stop();
      await page.locator('.connection-offline').waitFor();
      expect(await page.getByTestId('cover').textContent()).toMatch(/gateway cannot be reached/);
      await check('offline');
      expect(objections).toEqual([]);
    });
  }
});
