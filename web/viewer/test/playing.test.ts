import { expect, it } from 'vitest';
import { toHex } from '../../player/src/codec/bytes.js';
import { makeDirectors } from '../../player/test/studio.js';
import { makeClip } from './clips.js';
import { unsignedPrompt } from './fakeGateway.js';
import { badge, forgive, gateway, heard, inChromium, listen, page, picture, programme, shows, slotMilliseconds, tones, until, url } from './viewer.js';

inChromium('playing and verdicts', () => {
  /** Every verdict that the page shows from now on. */
  async function watchVerdicts(): Promise<Set<string>> {
    const verdicts = new Set<string>();
    await page.exposeFunction('sawVerdict', (verdict: string) => verdicts.add(verdict));
    await page.addInitScript(() => {
      new MutationObserver(() => {
        for (const element of document.querySelectorAll<HTMLElement>('.headline [data-verdict]')) (globalThis as unknown as { sawVerdict(v: string): void }).sawVerdict(element.dataset['verdict']!);
      }).observe(document, { subtree: true, childList: true, attributes: true });
    });
    return verdicts;
  }

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
      const verdicts = await watchVerdicts();
      await page.goto(url);
      await badge('broken').waitFor();
      const { visible } = await picture();
      expect(visible).toBe(false);
      expect(await page.getByTestId('cover').textContent()).toMatch(/failed its checks/);
      expect(await page.getByTestId('title').textContent()).toBe('Not shown: its proof does not hold');
      // The first chunks of the tampered clip are genuine and may have been shown as such; forged certificates show nothing at all.
      if (spoiler !== 'chunk') expect([...verdicts]).not.toContain('certified');
    });
  }

  it('shows bytes that nobody signed as filler, and never as certified, although a good certificate came before them', async () => {
    gateway.spoilFrom = { slot: 0, spoiler: 'switched' };
    const verdicts = await watchVerdicts();
    await page.goto(url);
    await badge('filler').waitFor();
    await until('the picture moves', async () => (await picture()).time > 1);
    expect([...verdicts]).not.toContain('certified');
    expect(await page.locator('.panel').textContent()).not.toMatch(/Checked in this browser|verified/);
    expect(await page.getByTestId('title').getAttribute('class')).toBe('unproven');
  });

  it('keeps filler within its own time, so that no picture of it is under the badge of a certified slot', async () => {
    const [, second] = await makeClip('color=c=red:size=192x108:rate=24', 2, 550);
    const [long] = await makeClip('color=c=red:size=192x108:rate=24', 6, 550, false, 6);
    // The first is one second into its clip, and that is the place of both: the other would reach from a second before the slot to three behind it.
    gateway.filler = [second!, { ...long!, startMilliseconds: 2000, durationMilliseconds: 1000 }];
    await page.goto(url);
    await badge('certified').waitFor();
    await page.evaluate(() => {
      const video = document.querySelector('video')!;
      const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
      const frames: { verdict: string; filler: boolean }[] = [];
      Object.assign(globalThis, { frames });
      const look = () => {
        context.drawImage(video, 0, 0, 1, 1);
        const [red, green, blue] = context.getImageData(0, 0, 1, 1).data as unknown as [number, number, number];
        frames.push({ verdict: document.querySelector<HTMLElement>('.headline [data-verdict]')?.dataset['verdict'] ?? 'none', filler: red > 200 && green < 60 && blue < 60 });
        video.requestVideoFrameCallback(look);
      };
      video.requestVideoFrameCallback(look);
    });
    const slot = gateway.slotNow + 3;
    for (const filler of [slot, slot + 2, slot + 4]) gateway.spoiled.set(filler, 'filler');
    await until('the slot behind the last filler has come', () => Promise.resolve(gateway.sent.some(({ chunks }) => chunks.includes(`${slot + 5}.1`))));
    // Nothing comes any more that would be put over what the filler may have left behind.
    gateway.silent = true;
    await until('it was shown to its end', () => page.evaluate(() => document.querySelector('.headline [data-verdict="certified"]') !== null && /Waiting for the next slot/.test(document.querySelector('.toast')?.textContent ?? '')));
    const frames = await page.evaluate(() => (globalThis as unknown as { frames: { verdict: string; filler: boolean }[] }).frames);
    expect(frames.filter(({ verdict, filler }) => verdict === 'filler' && filler).length).toBeGreaterThan(36);
    // Two, because a busy machine may show a picture before the page has had its turn.
    expect(frames.filter(({ verdict, filler }) => verdict === 'certified' && filler).length).toBeLessThanOrEqual(2);
  });

  it('has the prompt that was signed as its title, whatever the gateway says, and marks what is only said', async () => {
    gateway.spoilFrom = { slot: 0, spoiler: 'prompt' };
    await page.goto(url);
    await until('a signed prompt is the title', async () => (await shows(programme[0]!.prompt, 'h1')) || (await shows(programme[1]!.prompt, 'h1')));
    gateway.spoilFrom = { slot: gateway.slotNow + 1, spoiler: 'recipe' };
    await until('a prompt of which the recipe is missing is marked', () =>
      page.evaluate(prompts => {
        const title = document.querySelector('h1.unproven');
        return prompts.includes(title?.textContent ?? '') && title!.getAttribute('title') === 'As the gateway says; not checked';
      }, programme.map(({ prompt }) => prompt)));
    gateway.spoilFrom = { slot: gateway.slotNow + 1, spoiler: 'prompt' };
    await until('the prompt is a signed one again', async () => (await page.locator('h1.unproven').count()) === 0 && (await badge('certified').isVisible()));
    expect(await page.getByTestId('title').textContent()).not.toBe(unsignedPrompt);
  });

  it('holds to the directors that it was set up with', async () => {
    const setUpWith = (candidates: string[]) => page.route('**/config.json', route => route.fulfill({ json: { trust: { candidates } } }));
    await setUpWith((await makeDirectors()).map(({ key }) => toHex(key)));
    const verdicts = await watchVerdicts();
    await page.goto(url);
    await badge('broken').waitFor();
    expect(await page.locator('.panel').textContent()).toMatch(/is not among the pinned candidates/);
    expect([...verdicts]).not.toContain('certified');
    await page.unroute('**/config.json');
    await setUpWith(gateway.directorKeys);
    await page.reload();
    await badge('certified').waitFor();
    expect(await page.locator('.checks').textContent()).toMatch(/the directors are among those this page was set up with/);
  });

  it('remembers in the list what it has found out about a slot, and believes nothing that it has not checked', async () => {
    await page.goto(url);
    await badge('certified').waitFor();
    const cards = () =>
      page.locator('.card[data-slot]').evaluateAll(all => all.map(card => ({ slot: Number((card as HTMLElement).dataset['slot']), foot: card.querySelector('.card-foot')!.textContent })));
    await until('the slot on the screen is certified', async () => (await cards())[0]!.foot === 'certified');
    const [first] = await cards();
    expect((await cards()).slice(1).map(({ foot }) => foot)).toEqual(Array(8).fill('4 votes'));
    // Every other slot, since a page that has fallen behind passes some over and finds out nothing about them.
    const from = gateway.slotNow + 2;
    const isBad = (slot: number) => slot >= from && (slot - from) % 2 === 0;
    for (let slot = from; slot < from + 120; slot += 2) gateway.spoiled.set(slot, 'certificate');
    let bad = 0;
    await until('a broken slot is listed as such', async () => (bad = (await cards()).find(({ slot, foot }) => isBad(slot) && foot === 'failed its checks')?.slot ?? 0) > 0);
    await until('a slot after it is certified', async () => (await cards()).some(({ slot, foot }) => slot > bad && foot === 'certified'));
    const listed = await cards();
    expect(listed.filter(({ slot, foot }) => isBad(slot) ? foot === 'certified' : foot === 'failed its checks')).toEqual([]);
    expect(listed.find(({ slot }) => slot === first!.slot)!.foot).toBe('certified');
    expect(listed.find(({ slot }) => slot === bad)!.foot).toBe('failed its checks');
  });

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
