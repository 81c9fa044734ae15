import { expect, it } from 'vitest';
import { badge, forgive, gateway, heard, inChromium, listen, page, picture, programme, slotMilliseconds, tones, until, url } from './viewer.js';

inChromium('playing and verdicts', () => {
  it('plays certified segments across slots, with the certified prompt and sound', async () => {
    await page.goto(url);
    await badge('certified').waitFor();
    await until('the picture moves across three slots', async () => (await picture()).time > 2 * (slotMilliseconds / 1000) + 0.5);
    const { width, visible, frames } = await picture();
    expect(width).toBe(192);
    expect(visible).toBe(true);
    expect(frames).toBeGreaterThan(20);
    expect(programme.map(item => item.prompt)).toContain(await page.getByTestId('title').textContent());
    await listen();
    for (const { hertz } of tones) {
      await until(`the clip with the tone of ${hertz} Hz is heard`, async () => {
        const sound = await heard();
        return sound.energy > 0.01 && Math.abs(sound.hertz - hertz) < 12;
      });
    }
    expect(await page.locator('.checks li').first().textContent()).toMatch(/4 of 5 directors/);
    expect(await page.locator('.badge-broken').count()).toBe(0);
  });

  it('takes the channel before its interface has come', async () => {
    const taken = page.waitForResponse(response => response.url().includes('/stream') || response.url().endsWith('/offer'));
    let interfaceAsked = false;
    await page.route('**/assets/page-*.js', async route => {
      interfaceAsked = true;
      await taken;
      await route.continue();
    });
    await page.goto(url);
    await badge('certified').waitFor();
    expect(interfaceAsked).toBe(true);
  });

  it('says so, and makes no sound, when its interface does not come', async () => {
    await page.route('**/assets/page-*.js', route => route.abort());
    await page.goto(url);
    await page.getByText('could not be loaded').waitFor();
    expect(await page.locator('video').count()).toBe(0);
    await until('the gateway has no viewer', () => Promise.resolve(gateway.streams.size === 0));
    forgive('dynamically imported module');
  });

  for (const spoiler of ['chunk', 'certificate', 'directors'] as const) {
    it(`shows a slot as broken, and never as certified, when its ${spoiler} is forged`, async () => {
      gateway.spoilFrom = { slot: 0, spoiler };
      const verdicts = new Set<string>();
      await page.exposeFunction('sawVerdict', (verdict: string) => verdicts.add(verdict));
      await page.addInitScript(() => {
        new MutationObserver(() => {
          for (const element of document.querySelectorAll<HTMLElement>('.headline [data-verdict]')) (globalThis as unknown as { sawVerdict(v: string): void }).sawVerdict(element.dataset['verdict']!);
        }).observe(document, { subtree: true, childList: true, attributes: true });
      });
      await page.goto(url);
      await badge('broken').waitFor();
      const { visible } = await picture();
      expect(visible).toBe(false);
      expect(await page.getByTestId('cover').textContent()).toMatch(/failed its checks/);
      // The first chunks of the tampered clip are genuine and may have been shown as such; forged certificates show nothing at all.
      if (spoiler !== 'chunk') expect([...verdicts]).not.toContain('certified');
    });
  }

  it('goes on with the next good slot after a broken one, and labels filler', async () => {
    // A page that is behind goes from a broken slot to what is buffered after it at once; so all slots are broken until it has shown one.
    gateway.spoilFrom = { slot: 0, spoiler: 'certificate' };
    await page.goto(url);
    await badge('broken').waitFor();
    gateway.spoilFrom = null;
    for (let slot = gateway.slotNow; slot < gateway.slotNow + 120; slot++) if (slot % 2 === 0) gateway.spoiled.set(slot, 'filler');
    await until('filler is shown with its reason', () =>
      page.evaluate(
        () =>
          document.querySelector('.headline [data-verdict="filler"]') !== null &&
          /only two of five directors voted/.test(document.querySelector('.ribbon')?.textContent ?? ''),
      ));
    await until('a certified slot is shown', async () => (await badge('certified').isVisible()) && (await picture()).visible);
  });
});
