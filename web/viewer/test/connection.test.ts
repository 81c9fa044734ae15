import { expect, it } from 'vitest';
import { FakeGateway } from './fakeGateway.js';
import { badge, context, gateway, inChromium, page, pages, picture, programme, slotMilliseconds, statistics, until, url } from './viewer.js';
import { answerAsGateway } from './webrtcBridge.js';

inChromium('the states of the connection', () => {
  it('says that it connects, and that it checks, before it shows anything', async () => {
    let answer: () => void = () => undefined;
    gateway.discoverable = new Promise(resolve => (answer = resolve));
    gateway.spoilFrom = { slot: 0, spoiler: 'unproven' };
    await page.goto(url);
    await page.getByTestId('cover').getByText('Connecting').waitFor();
    expect(await page.getByTestId('connection').textContent()).toMatch(/Connecting/);
    answer();
    await badge('checking').waitFor();
    await page.getByTestId('cover').getByText('Checking the proof').waitFor();
    expect((await picture()).frames).toBe(0);
    expect(await page.locator('.panel').textContent()).toMatch(/certificate is being checked/);
    gateway.spoilFrom = null;
    await badge('certified').waitFor();
    await until('there is a picture', async () => (await picture()).frames > 0);
  });

  it('says that nothing certified is on air where nothing comes', async () => {
    gateway.silent = true;
    await page.goto(url);
    await page.getByTestId('cover').getByText('Nothing certified is on air').waitFor();
    await page.locator('.connection-live').waitFor();
    expect(await page.locator('.headline [data-verdict]').count()).toBe(0);
    gateway.silent = false;
    await badge('certified').waitFor();
  });

  it('waits for a gateway that is starting', async () => {
    gateway.starting = true;
    await page.goto(url);
    await page.locator('.connection-starting').waitFor();
    expect(await page.getByTestId('cover').textContent()).toMatch(/starting/);
    gateway.starting = false;
    await badge('certified').waitFor();
  });

  it('reconnects and resumes where it stopped when the stream is cut, without a hole and without a repeat', async () => {
    await page.goto(url);
    await badge('certified').waitFor();
    await until('a whole slot has come', () => Promise.resolve((gateway.sent.at(-1)?.chunks.length ?? 0) > 2));
    // While there is no answer the page says what it does.
    let answer: () => void = () => undefined;
    gateway.discoverable = new Promise(resolve => (answer = resolve));
    await page.route('**/stream*', async route => {
      await gateway.discoverable;
      await route.continue();
    });
    gateway.cut();
    await page.locator('.connection-reconnecting').waitFor();
    expect(await page.getByTestId('connection').textContent()).toMatch(/Reconnecting/);
    const streams = gateway.sent.length;
    answer();
    await until('the stream is asked for again', () => Promise.resolve(gateway.sent.length > streams));
    const before = (await picture()).time;
    await until('the picture goes on', async () => (await picture()).time > before + slotMilliseconds / 1000);
    await page.locator('.connection-live').waitFor();
    expect(await badge('certified').count()).toBe(1);

    // It asked for the very next chunk after the last that had come, or for one that was lost on the way; nothing is missing on the timeline.
    const [first, second] = [gateway.sent[streams - 1]!, gateway.sent[streams]!];
    expect(second.from).not.toBeNull();
    const [slot, chunk] = second.from!.split('.').map(Number) as [number, number];
    const [lastSlot, lastChunk] = first.chunks.at(-1)!.split('.').map(Number) as [number, number];
    expect(first.chunks.includes(second.from!) || (slot === lastSlot && chunk === lastChunk + 1) || (slot === lastSlot + 1 && chunk === 0)).toBe(true);
    expect(second.chunks[0]).toBe(second.from);
    expect(await page.evaluate(() => document.querySelector('video')!.buffered.length)).toBe(1);
    await page.keyboard.press('s');
    await page.locator('.statistics').waitFor();
    const figures = await statistics();
    const received = Number(/^\d+/.exec(figures['Chunks']!)![0]);
    const distinct = new Set([...first.chunks, ...second.chunks]).size;
    expect(received, 'every chunk came once').toBeLessThanOrEqual(distinct);
    expect(figures['Chunks']).toMatch(/ 0 lost$/);
  });

  it('gets the channel through a WebRTC data channel, and over HTTP when the offer leads nowhere', async () => {
    const far = await context.newPage();
    const overWebRtc = new FakeGateway({ programme, slotMilliseconds, pages, answerOffer: sdp => far.evaluate(answerAsGateway, sdp) });
    const address = await overWebRtc.start();
    try {
      await far.goto(`${address}/icon.svg`);
      await page.goto(address);
      await badge('certified').waitFor();
      await page.keyboard.press('s');
      expect(await page.locator('.statistics dd').first().textContent()).toBe('WebRTC data channel');
      await until('a round trip is measured', async () => /ms/.test((await page.locator('.statistics dd').nth(2).textContent()) ?? ''));
      // The far end dies without a word: the player notices, finds no UDP path any more, and goes on over HTTP.
      overWebRtc.options.answerOffer = sdp => Promise.resolve(sdp.replace('a=setup:actpass', 'a=setup:passive'));
      await far.close();
      await until('HTTP takes over', async () => (await page.locator('.statistics dd').first().textContent()) === 'HTTP (UDP is blocked)');
      await badge('certified').waitFor();
      expect(await page.getByTestId('connection').textContent()).toMatch(/Connected, no UDP/);
    } finally {
      await overWebRtc.stop();
    }
  });

  it('begins anew, and says so, when the chain was started afresh', async () => {
    await page.goto(url);
    await badge('certified').waitFor();
    await until('a slot has passed', async () => (await page.locator('.card:not(.shown)').count()) > 1);
    await gateway.startAfresh();
    await page.getByTestId('restarted').waitFor();
    // The directors of the same epoch are others now: that would be a contradiction in the old chain.
    await badge('certified').waitFor();
    const before = (await picture()).time;
    await until('the picture moves', async () => (await picture()).time > before + 0.5);
    expect(await page.locator('.badge-broken').count()).toBe(0);
  });

  it('shows nothing of a chain that is gone: neither its slots and votes nor its captions', async () => {
    await page.goto(url);
    await badge('certified').waitFor();
    await page.keyboard.press('c');
    await page.getByTestId('captions').waitFor();
    const first = gateway.slotNow;
    await until('four slots have passed', () => Promise.resolve(gateway.slotNow > first + 4));
    // The same slots of another chain.
    gateway.options.programme = programme.map((item, i) => ({ ...item, prompt: `afresh ${i}`, script: `Anew ${i}.` }));
    await page.locator('.directors').waitFor();
    await page.route(/\/api\/slots\/\d+$/, () => undefined);
    await gateway.startAfresh();
    await page.getByTestId('restarted').waitFor();
    await until('the slots are those of the new chain', () =>
      page.evaluate(() => {
        const prompts = [...document.querySelectorAll('.card-prompt')].map(prompt => prompt.textContent);
        return prompts.length > 5 && prompts.every(prompt => /^afresh [01]$/.test(prompt));
      }));
    // Not because it has come to the same slots by now.
    expect(gateway.slotNow).toBeLessThan(first + 4);
    await badge('certified').waitFor();
    expect(await page.locator('.directors').count()).toBe(0);
    const lines = new Set<string>();
    await until('both clips have had their captions', async () => {
      const line = await page.evaluate(() => document.querySelector('[data-testid=captions]')?.textContent ?? null);
      if (line !== null) lines.add(line);
      return lines.size === 2;
    });
    expect([...lines].sort()).toEqual(['Anew 0.', 'Anew 1.']);
  });

  it('closes the stream when a pause gets long, and joins live again', async () => {
    await page.clock.install();
    await page.goto(url);
    await badge('certified').waitFor();
    await page.keyboard.press(' ');
    await page.getByRole('button', { name: 'Play', exact: true }).first().waitFor();
    expect(gateway.streams.size).toBe(1);
    await page.clock.fastForward(21_000);
    await until('the stream is closed', () => Promise.resolve(gateway.streams.size === 0));
    await page.locator('.connection-idle').waitFor();
    const before = (await picture()).frames;
    await page.keyboard.press(' ');
    await until('the picture goes on', async () => (await picture()).frames > before + 10);
    await badge('certified').waitFor();
    expect(gateway.streams.size).toBe(1);
  });

  it('says that the network is gone, and comes back with it', async () => {
    await page.goto(url);
    await badge('certified').waitFor();
    await gateway.stop();
    await page.locator('.connection-offline').waitFor();
    await page.getByTestId('cover').getByText('The network is gone').waitFor();
    expect(await page.getByTestId('connection').textContent()).toMatch(/Offline/);
    const before = (await picture()).time;
    await gateway.start(Number(new URL(url).port));
    await until('the picture goes on', async () => (await picture()).time > before + 0.5 && (await badge('certified').isVisible()));
    await page.locator('.connection-live').waitFor();
    expect(await page.getByTestId('cover').count()).toBe(0);
  });
});
