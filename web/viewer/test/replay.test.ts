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

  it('says so when a slot cannot be had any more, and goes back to the air', async () => {
    await page.goto(url);
    await badge('certified').waitFor();
    const card = page.locator('.card:not(.shown)').last();
    const slot = await card.getAttribute('data-slot');
    await page.route(`**/api/slots/${slot}`, route => route.fulfill({ status: 404, json: { title: 'Not possible', status: 404, detail: 'It is gone.' } }));
    await card.click();
    await page.getByRole('alert').getByText(`Slot ${slot} cannot be had any more.`).waitFor();
    await until('it is live again', async () => (await page.locator('.replay-chip').count()) === 0 && (await badge('certified').isVisible()));
    await page.unroute(`**/api/slots/${slot}`);
    // The replay waits for its chunks, so it does not end by itself.
    await page.route('**/chunks/*', () => undefined);
    await card.click();
    await page.locator('.replay-chip').getByText(`Replay of slot ${slot}`).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.locator('.replay-chip').click();
    await until('it is live once more', async () => (await page.locator('.replay-chip').count()) === 0 && (await badge('certified').isVisible()));
  });

  it('goes from slot to slot with the arrow keys, and from the newest back to the air', async () => {
    await page.goto(url);
    await badge('certified').waitFor();
    await until('the earlier slots are listed', async () => (await page.locator('.card:not(.shown)').count()) > 2);
    // Live, there is nothing later.
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('s');
    await page.locator('.statistics').waitFor();
    const live = gateway.slotNow;
    await until('the next slot has come', () => Promise.resolve(gateway.slotNow > live));
    expect(await page.locator('.replay-chip').count()).toBe(0);
    expect(gateway.sent.length).toBe(1);
    // Replays wait for their chunks, so none of them ends.
    await page.route('**/chunks/*', () => undefined);
    const shown = async () => Number(/\d+/.exec((await page.locator('.panel h2').textContent())!)?.[0]);
    const step = async (key: string, slot: number) => {
      await page.keyboard.press(key);
      await until(`${key} leads to slot ${slot}`, async () => (await shown()) === slot && (await page.locator('.replay-chip').count()) === 1);
    };
    await page.keyboard.press('ArrowLeft');
    await page.locator('.replay-chip').getByText(/^Replay of slot \d+/).waitFor();
    const slot = await shown();
    await step('ArrowLeft', slot - 1);
    await step('ArrowLeft', slot - 2);
    await step('ArrowRight', slot - 1);
    await step('ArrowRight', slot);
    await until('the end of the list leads back to the air', async () => {
      await page.keyboard.press('ArrowRight');
      return (await page.locator('.replay-chip').count()) === 0;
    });
    await badge('certified').waitFor();
  });

  it('keeps what the viewer has scrolled to also when nothing but the first list has come, and what the keyboard has gone to', async () => {
    await page.goto(url);
    await badge('certified').waitFor();
    const cards = () => page.locator('.card[data-slot]').evaluateAll(all => all.map(card => ({ slot: Number((card as HTMLElement).dataset['slot']), left: Math.round(card.getBoundingClientRect().left) })));
    await until('the first list has come', async () => (await cards()).length > 6);
    for (const go of [() => page.locator('.aired ol').evaluate(list => void (list.scrollLeft = 300)), () => page.keyboard.press('Tab')]) {
      await page.locator('.aired ol').evaluate(list => void (list.scrollLeft = 0));
      // From a button beside the list, the keyboard goes to its second card: the first is on the screen already.
      await page.getByTestId('send').evaluate(() => document.querySelector<HTMLElement>('.ideas button:last-child')!.focus());
      await go();
      const before = await cards();
      await until('a further slot is listed', async () => (await cards())[0]!.slot > before[0]!.slot);
      expect((await cards()).find(({ slot }) => slot === before[2]!.slot)).toEqual(before[2]);
    }
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
