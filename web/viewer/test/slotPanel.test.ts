import { expect, it } from 'vitest';
import { badge, gateway, inChromium, page, until, url } from './viewer.js';

inChromium('the slot panel', () => {
  it('tells in the slot panel who made the slot, who checked it and what they saw', async () => {
    await page.goto(url);
    await badge('certified').waitFor();
    await until('the panel is filled', async () => (await page.locator('.times').count()) === 1);
    const panel = await page.evaluate(() => {
      const texts = (selector: string) => [...document.querySelectorAll(`.panel ${selector}`)].map(element => element.textContent!);
      return {
        directors: texts('.directors li'), proven: document.querySelectorAll('.vote.proven').length, cells: texts('.cell'), below: document.querySelectorAll('.cell.below').length,
        scores: texts('.score'), times: texts('.time-legend li'), identity: texts('.identity > div'),
        links: [...document.querySelectorAll('.identity a')].map(link => link.getAttribute('href')), slot: texts('h2')[0],
      };
    });
    expect(panel.directors).toHaveLength(5);
    expect(panel.directors.slice(0, 4).every(text => /accepted, verified$/.test(text))).toBe(true);
    expect(panel.directors[4]).toMatch(/director-5.*silent$/);
    expect(panel.directors.filter(text => text.includes('made it'))).toHaveLength(1);
    expect(panel.directors.filter(text => text.includes('medoid'))).toHaveLength(1);
    expect(panel.proven).toBe(4);
    expect(panel.cells).toHaveLength(25);
    expect(panel.cells.filter(text => text === '1')).toHaveLength(4);
    expect(panel.cells.filter(text => /^\.9\d\d$/.test(text))).toHaveLength(12);
    expect(panel.cells.filter(text => text === '·')).toHaveLength(9);
    expect(panel.below).toBe(0);
    expect(panel.scores).toEqual([expect.stringMatching(/^Tower A0\.\d{3} ≥ 0\.25$/), expect.stringMatching(/^Tower B0\.\d{3} ≥ 0\.24$/)]);
    expect(panel.times).toEqual(['Waited 7.0 s', 'Made and published 6.1 s', 'Certified 3.9 s', 'ready 4.0 s before air']);
    expect(panel.identity.join()).toMatch(/Content root0x.*Recipe0x.*Model pack toon-10x333333…3333.*Seed0x/);
    const slot = /\d+/.exec(panel.slot!)![0];
    expect(panel.links).toEqual([`/api/slots/${slot}/certificate`, `/api/slots/${slot}/recording`]);
  });

  it('asks for the votes until they are there', async () => {
    let silent = true;
    await page.route(/\/api\/slots\/\d+$/, async route => {
      const response = await route.fetch();
      const detail = (await response.json()) as object;
      await route.fulfill({ json: silent ? { ...detail, directors: [] } : detail });
    });
    await page.goto(url);
    await badge('certified').waitFor();
    await page.locator('.panel .times').waitFor();
    // The slot stays on the screen, so only asking again can bring them.
    await page.keyboard.press(' ');
    await page.locator('.big-play').waitFor();
    expect(await page.locator('.directors').count()).toBe(0);
    silent = false;
    await page.locator('.directors').waitFor();
  });

  it('shows what belongs to a slot with this slot only', async () => {
    await page.addInitScript(() => {
      const seen = new Set<string>();
      Object.assign(globalThis, { seen });
      new MutationObserver(() => {
        const slot = /\d+/.exec(document.querySelector('.panel h2')?.textContent ?? '')?.[0];
        const frames = [...document.querySelectorAll('.openings td .sr-only')].map(element => element.textContent).join('; ');
        if (slot !== undefined && frames !== '') seen.add(`${slot}: ${frames}`);
      }).observe(document, { subtree: true, childList: true, characterData: true });
    });
    await page.goto(url);
    const seen = () => page.evaluate(() => [...(globalThis as unknown as { seen: Set<string> }).seen]);
    await until('four slots have shown their frames', async () => new Set((await seen()).map(text => text.split(':')[0])).size >= 4);
    for (const text of await seen()) {
      const slot = text.split(':')[0]!;
      const { directors } = (await (await fetch(`${url}/api/slots/${slot}`)).json()) as { directors: { frames?: number[] }[] };
      expect(text).toBe(`${slot}: ${directors.flatMap(({ frames }) => (frames === undefined ? [] : [frames.join(', ')])).join('; ')}`);
    }
  });

  it('opens the commitments of the directors itself, and shows the frames that each had to make again', async () => {
    await page.goto(url);
    await badge('certified').waitFor();
    const openings = () =>
      page.locator('[data-testid=opening]').evaluateAll(rows =>
        rows.map(row => ({ state: (row as HTMLElement).dataset['state'], text: row.textContent, drawn: row.querySelectorAll('.frames > span').length })),
      );
    const states = async () => (await openings()).map(({ state }) => state).join(' ');
    await until('four commitments are opened', async () => (await states()) === 'opened opened opened opened silent');
    for (const { text, drawn } of (await openings()).slice(0, 4)) {
      expect(drawn).toBe(3);
      expect(text).toMatch(/^\d\d+, \d+, \d+opened$/);
    }
    await until('the page says whose embedding is certified', async () => /4 commitments open; the certified embedding is director 1’s/.test((await page.locator('.checks').textContent()) ?? ''));

    // Whoever shows something else than it had sealed is found out by the page; what is certified stays certified.
    for (let slot = gateway.slotNow + 1; slot < gateway.slotNow + 120; slot++) gateway.spoiled.set(slot, 'opening');
    await until('the second director is found out', async () => (await states()) === 'opened wrong opened opened silent');
    expect(await page.locator('[data-testid=opening][data-state=wrong] td').last().getAttribute('title')).toMatch(/not what it had committed to/);
    expect(await page.locator('.badge-broken').count()).toBe(0);
  });
});
