import { expect, it } from 'vitest';
import { badge, gateway, inChromium, page, shows, until, url } from './viewer.js';

inChromium('the slots that were on air', () => {
  it('plays a past slot again and returns to the air', async () => {
    await page.goto(url);
    await badge('certified').waitFor();
    await until('a slot has passed', async () => (await page.locator('.card:not(.shown)').count()) > 2);
    const card = page.locator('.card:not(.shown)').nth(1);
    const slot = await card.getAttribute('data-slot');
    // The replay has to wait for its chunks, so there is time to see that the live stream does not go on beside it.
    let release: () => void = () => undefined;
    const released = new Promise<void>(resolve => (release = resolve));
    await page.route('**/chunks/*', async route => {
      await released;
      await route.continue();
    });
    await card.click();
    await page.locator('.replay-chip').waitFor();
    await until('the live stream is closed', () => Promise.resolve(gateway.streams.size === 0));
    expect(await page.getByTestId('connection').textContent()).toMatch(/Standing by/);
    release();
    await until('the replayed slot is certified', () => shows(`Slot ${slot}`, '.panel h2'));
    await until('the replay has ended', async () => (await page.locator('.replay-chip').count()) === 0);
    await badge('certified').waitFor();
    expect(gateway.streams.size).toBe(1);
  });

  it('keeps the newest slot in sight as the channel goes on, or the earlier ones that the viewer has scrolled to', async () => {
    await page.goto(url);
    await badge('certified').waitFor();
    const list = () =>
      page.evaluate(() => {
        const element = document.querySelector('.aired ol')!;
        const left = element.getBoundingClientRect().left;
        const cards = [...element.querySelectorAll<HTMLElement>('[data-slot]')].map(card => ({ slot: Number(card.dataset['slot']), left: card.getBoundingClientRect().left - left }));
        return { cards, scrolls: element.scrollWidth > element.clientWidth + 100 };
      });
    await until('there are more slots than fit beside each other', async () => (await list()).scrolls);
    const before = (await list()).cards[0]!;
    await until('two further slots are listed', async () => (await list()).cards[0]!.slot >= before.slot + 2);
    expect((await list()).cards[0]!.left).toBeCloseTo(before.left, 0);

    const held = await page.evaluate(() => {
      const element = document.querySelector('.aired ol')!;
      element.scrollLeft = 100;
      const card = element.querySelectorAll<HTMLElement>('[data-slot]')[1]!;
      return { slot: Number(card.dataset['slot']), left: card.getBoundingClientRect().left - element.getBoundingClientRect().left, newest: Number(element.querySelector<HTMLElement>('[data-slot]')!.dataset['slot']) };
    });
    await until('a further slot is listed', async () => (await list()).cards[0]!.slot > held.newest);
    expect((await list()).cards.find(card => card.slot === held.slot)!.left).toBeCloseTo(held.left, 0);
  });
});
