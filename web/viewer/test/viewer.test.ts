import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeClip } from './clips.js';
import { FakeGateway, type Item } from './fakeGateway.js';
import { answerAsGateway } from './webrtcBridge.js';

/** The built pages in real Chromium, against a gateway that can be told to lie. */

const executablePath = process.env['NSN_CHROMIUM'] ?? '/usr/bin/chromium';
const pages = fileURLToPath(new URL('../dist', import.meta.url));
const slotMilliseconds = 2000;
const tones = [{ hertz: 330 }, { hertz: 440 }] as const;
const chromiumArguments = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--autoplay-policy=no-user-gesture-required', '--disable-features=WebRtcHideLocalIpsWithMdns',
];

describe.skipIf(!existsSync(executablePath))('the viewer in Chromium', () => {
  let browser: Browser;
  let programme: Item[];
  let gateway: FakeGateway;
  let context: BrowserContext;
  let page: Page;
  let url: string;
  let complaints: string[];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: chromiumArguments });
    const seconds = slotMilliseconds / 1000;
    programme = [
      { prompt: 'a test card that counts', script: 'One. Two. Three.', segments: await makeClip('testsrc=size=192x108:rate=24', seconds, tones[0].hertz) },
      { prompt: 'colours that drift', script: 'Slowly now.', segments: await makeClip('testsrc2=size=192x108:rate=24', seconds, tones[1].hertz) },
    ];
  });
  afterAll(() => browser?.close());

  beforeEach(async () => {
    gateway = new FakeGateway({ programme, slotMilliseconds, pages });
    url = await gateway.start();
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    // Generous, because a loaded machine is slow; every wait ends as soon as its condition holds.
    context.setDefaultTimeout(60_000);
    page = await context.newPage();
    complaints = [];
    page.on('pageerror', error => complaints.push(error.message));
    page.on('console', message => {
      if (/content security policy/i.test(message.text())) complaints.push(message.text());
    });
  });
  afterEach(async () => {
    await context.close();
    await gateway.stop();
    expect(complaints).toEqual([]);
  });

  const badge = (verdict: string) => page.locator(`.headline [data-verdict="${verdict}"]`);
  const picture = () =>
    page.evaluate(() => {
      const video = document.querySelector('video')!;
      const visible = getComputedStyle(video).visibility === 'visible' && getComputedStyle(video).opacity !== '0';
      return { time: video.currentTime, width: video.videoWidth, visible, frames: video.getVideoPlaybackQuality().totalVideoFrames };
    });

  /** True when an element has this text while the badge says certified: one look, so that both are of the same moment. */
  const shows = (text: string, selector: string) =>
    page.evaluate(
      ([wanted, where]) => document.querySelector(where!)?.textContent === wanted && document.querySelector('.headline [data-verdict="certified"]') !== null,
      [text, selector],
    );

  /** Polls until the condition holds; the message says what did not happen. */
  async function until(what: string, condition: () => Promise<boolean>, milliseconds = 60_000): Promise<void> {
    const deadline = Date.now() + milliseconds;
    while (!(await condition())) {
      if (Date.now() > deadline) throw new Error(`did not happen: ${what}`);
      await page.waitForTimeout(50);
    }
  }

  /** The figures of the statistics overlay, by name. */
  const statistics = () =>
    page.evaluate(() => Object.fromEntries([...document.querySelectorAll('.statistics dl > div')].map(row => [row.querySelector('dt')!.textContent!, row.querySelector('dd')!.textContent!])));

  /** From now on the page can listen to what the video plays, sound switch and volume included. */
  const listen = () =>
    page.evaluate(async () => {
      const audio = new AudioContext();
      await audio.resume();
      const analyser = new AnalyserNode(audio, { fftSize: 8192, smoothingTimeConstant: 0 });
      audio.createMediaElementSource(document.querySelector('video')!).connect(analyser).connect(audio.destination);
      Object.assign(globalThis, { analyser });
    });
  /** Energy (root mean square, full scale is 1) of the last sixth of a second, and the pitch that is strongest in it. */
  const heard = () =>
    page.evaluate(() => {
      const { analyser } = globalThis as unknown as { analyser: AnalyserNode };
      const samples = new Float32Array(analyser.fftSize);
      analyser.getFloatTimeDomainData(samples);
      const bins = new Float32Array(analyser.frequencyBinCount);
      analyser.getFloatFrequencyData(bins);
      const strongest = bins.reduce((best, level, bin) => (level > bins[best]! ? bin : best), 0);
      return {
        energy: Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length),
        hertz: (strongest * analyser.context.sampleRate) / analyser.fftSize,
      };
    });

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
    complaints = complaints.filter(text => !text.includes('dynamically imported module'));
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

  it('measures what its statistics say', async () => {
    await page.goto(url);
    await badge('certified').waitFor();
    await page.getByRole('button', { name: 'Statistics' }).click();
    await until('pictures are counted', async () => Number(/^\d+/.exec((await statistics())['Frames'] ?? '')?.[0] ?? 0) > 24);
    const figures = await statistics();
    expect(figures).toMatchObject({
      Transport: 'HTTP', Picture: '192 × 108', 'Join to first picture': expect.stringMatching(/^[\d.]+ m?s$/), 'Bit rate': expect.stringMatching(/^[1-9][\d.]* [kM]bit\/s$/),
      Received: expect.stringMatching(/^[1-9][\d.]* [kM]B$/), Buffer: expect.stringMatching(/^\d+\.\d s$/), 'Failed checks': '0', 'Checking takes': expect.stringMatching(/^\d+\.\d ms a chunk$/),
      'Certificates, signatures': expect.stringMatching(/^[1-9]\d*, [1-9]\d* checked$/), Chunks: expect.stringMatching(/^[1-9]\d* checked, 0 fetched again, 0 lost$/),
    });
    const [certificates, signatures] = figures['Certificates, signatures']!.match(/\d+/g)!.map(Number) as [number, number];
    expect(signatures).toBe(4 * certificates);
  });

  it('waits for a gateway that is starting', async () => {
    gateway.starting = true;
    await page.goto(url);
    await page.locator('.connection-starting').waitFor();
    expect(await page.getByTestId('cover').textContent()).toMatch(/starting/);
    gateway.starting = false;
    await badge('certified').waitFor();
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

  it('takes a prompt to air', async () => {
    await page.goto(url);
    await badge('certified').waitFor();
    await page.getByTestId('prompt').fill('ab');
    await page.getByTestId('send').click();
    expect(await page.getByRole('alert').textContent()).toMatch(/three characters/);
    await page.getByTestId('prompt').fill('a lighthouse that sings');
    await page.getByTestId('send').click();
    const wish = page.getByTestId('wish');
    await wish.waitFor();
    expect(await page.getByTestId('prompt').inputValue()).toBe('');
    expect(await wish.textContent()).toMatch(/Number 1 in the queue, on air in \d+ s/);
    // The way to air, step by step: what is behind it is done, where it is now is marked.
    const steps = new Set<string>();
    await until('the wish is on air', async () => {
      const { state, way, named } = await wish.evaluate(element => ({
        state: (element as HTMLElement).dataset['state']!,
        way: [...element.querySelectorAll('.way li')].map(step => step.className || 'ahead').join(' '),
        named: element.querySelector('.way')!.getAttribute('aria-label'),
      }));
      steps.add(`${named}: ${way}`);
      return state === 'on-air';
    });
    expect([...steps]).toContain('Step 1 of 5: now ahead ahead ahead ahead');
    expect([...steps].at(-1)).toBe('Step 5 of 5: done done done done now');
    expect(await wish.textContent()).toMatch(/On air now/);
    await until('the prompt is on the screen, certified', () => shows('a lighthouse that sings', '[data-testid=title]'));
    await until('it says in which slot it was', async () => /Was on air in slot \d+/.test((await wish.textContent())!));
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

  it('gives up a prompt that the gateway does not know any more, and says so', async () => {
    await page.goto(url);
    await badge('certified').waitFor();
    await page.getByTestId('prompt').fill('a lighthouse that sings');
    await page.getByTestId('send').click();
    await page.locator('[data-testid=wish][data-state=queued]').waitFor();
    await gateway.startAfresh();
    await page.locator('[data-testid=wish][data-state=failed]').waitFor();
    expect(await page.getByTestId('wish').textContent()).toMatch(/does not know this prompt any more.*Send it again/);
    const asked = () => gateway.requests.filter(request => request.startsWith('GET /api/recipes/')).length;
    const before = asked();
    const slot = gateway.slotNow;
    await until('some slots have passed', () => Promise.resolve(gateway.slotNow >= slot + 4));
    expect(asked()).toBe(before);
  });

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

  it('shows captions from the certified script when they are wanted', async () => {
    await page.goto(url);
    await badge('certified').waitFor();
    expect(await page.getByTestId('captions').count()).toBe(0);
    await page.keyboard.press('c');
    const button = page.getByRole('button', { name: 'Captions' });
    expect(await button.getAttribute('aria-pressed')).toBe('true');
    // Every sentence of both scripts gets its turn, and only while its own clip is on the screen.
    const scripts = new Map(programme.map(item => [item.prompt, item.script!]));
    const seen = new Set<string>();
    await until('all lines have been shown', async () => {
      const now = await page.evaluate(() => ({
        line: document.querySelector('[data-testid=captions]')?.textContent ?? null,
        prompt: document.querySelector('[data-testid=title]')!.textContent!,
      }));
      if (now.line !== null) {
        expect(scripts.get(now.prompt)).toContain(now.line);
        seen.add(now.line);
      }
      return ['One.', 'Two.', 'Three.', 'Slowly now.'].every(line => seen.has(line));
    });
    await page.keyboard.press('c');
    await until('the captions are gone', async () => (await page.getByTestId('captions').count()) === 0);
  });

  it('lets the viewer set the volume, which is what is heard, and keeps it', async () => {
    await page.goto(url);
    await badge('certified').waitFor();
    await listen();
    const slider = page.locator('.controls').getByRole('slider', { name: 'Volume' });
    const video = () => page.evaluate(() => ({ volume: document.querySelector('video')!.volume, muted: document.querySelector('video')!.muted }));
    await slider.fill('1');
    expect(await video()).toEqual({ volume: 1, muted: false });
    let loud = 0;
    // ffmpeg's sine has an eighth of the full amplitude.
    await until('the tone is heard in full', async () => (loud = (await heard()).energy) > 0.07);
    await slider.fill('0.24');
    expect((await video()).volume).toBeCloseTo(0.24);
    await until('it is heard more softly', async () => {
      const { energy } = await heard();
      return energy > 0.001 && energy < loud / 2;
    });
    await slider.blur();
    await page.keyboard.press('ArrowUp');
    expect((await video()).volume).toBeCloseTo(0.34);
    await page.keyboard.press('ArrowDown');
    expect((await video()).volume).toBeCloseTo(0.24);
    await page.getByRole('button', { name: 'Mute' }).click();
    await until('it is silent', async () => (await heard()).energy < 1e-6);
    expect(await slider.inputValue()).toBe('0');
    await page.getByRole('button', { name: 'Unmute' }).click();
    await until('it is heard again', async () => (await heard()).energy > 0.001);
    await until('the slider is back', async () => (await slider.inputValue()) === '0.24');
    await page.reload();
    await badge('certified').waitFor();
    const kept = await video();
    expect(kept.volume).toBeCloseTo(0.24);
    expect(kept.muted).toBe(false);
  });

  it('has settings that say what they do, take effect and are kept', async () => {
    await page.goto(url);
    await badge('certified').waitFor();
    await page.getByRole('button', { name: 'Settings' }).click();
    const dialog = page.getByRole('dialog', { name: 'Settings' });
    await dialog.waitFor();
    // There is one rendition: what can be chosen is the delay, and it is called so.
    expect(await dialog.textContent()).not.toMatch(/quality/i);
    const delay = dialog.getByRole('group', { name: /^Delay/ });
    expect(await delay.textContent()).toMatch(/one certified rendition/);
    expect(await delay.getByRole('radio', { name: 'Balanced' }).isChecked()).toBe(true);
    await delay.getByRole('radio', { name: 'Fewest jumps' }).check();
    await dialog.getByRole('switch', { name: /^Captions/ }).check();
    await page.getByTestId('captions').waitFor();
    await dialog.getByRole('switch', { name: /^Ambient light/ }).uncheck();
    await until('the ambient light is out', async () => (await page.locator('canvas.ambient:not(.concealed)').count()) === 0);
    await dialog.getByRole('slider', { name: 'Volume' }).fill('0.3');
    expect(await page.evaluate(() => document.querySelector('video')!.volume)).toBeCloseTo(0.3);
    const streams = () => gateway.requests.filter(request => request.endsWith('/stream')).length;
    const before = streams();
    await dialog.getByRole('radio', { name: 'HTTP only' }).check();
    await until('the stream is opened again', () => Promise.resolve(streams() > before));
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });

    await page.reload();
    await badge('certified').waitFor();
    await page.keyboard.press(',');
    await dialog.waitFor();
    expect(await delay.getByRole('radio', { name: 'Fewest jumps' }).isChecked()).toBe(true);
    expect(await dialog.getByRole('radio', { name: 'HTTP only' }).isChecked()).toBe(true);
    expect(await dialog.getByRole('switch', { name: /^Captions/ }).isChecked()).toBe(true);
    expect(await dialog.getByRole('switch', { name: /^Ambient light/ }).isChecked()).toBe(false);
    await dialog.getByRole('button', { name: 'Close' }).click();
    await dialog.waitFor({ state: 'hidden' });
  });

  it('keeps as far behind the air as the viewer allows, and no further', async () => {
    await page.goto(url);
    await badge('certified').waitFor();
    await page.keyboard.press(',');
    const dialog = page.getByRole('dialog', { name: 'Settings' });
    await dialog.getByRole('radio', { name: 'Fewest jumps' }).check();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await page.keyboard.press('s');
    const behind = async () => parseFloat((await statistics())['Behind the air'] ?? '');
    const jumps = async () => Number((await statistics())['Stalls, jumps, reconnections']!.split(', ')[1]);
    await page.keyboard.press(' ');
    const slot = gateway.slotNow;
    await until('five slots have passed', () => Promise.resolve(gateway.slotNow > slot + 5));
    await page.keyboard.press(' ');
    await until('it plays', async () => !(await page.evaluate(() => document.querySelector('video')!.paused)));
    // The figures are renewed once a second: those of before it played again say nothing.
    const received = async () => (await statistics())['Received'];
    for (const since of ['the figures are renewed', 'and once more']) {
      const seen = await received();
      await until(since, async () => (await received()) !== seen);
    }
    // More than the other choices would allow.
    expect(await behind()).toBeGreaterThan(7);
    const before = await jumps();
    await page.keyboard.press(',');
    await dialog.getByRole('radio', { name: 'Least delay' }).check();
    await until('it jumps', async () => (await jumps()) > before && (await behind()) < 3);
    expect(before).toBe(0);
  });

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

  it('obeys the keyboard, names its controls and announces changes', async () => {
    await page.goto(url);
    await badge('certified').waitFor();
    await page.keyboard.press('m');
    expect(await page.evaluate(() => document.querySelector('video')!.muted)).toBe(true);
    await page.keyboard.press(' ');
    await page.getByRole('button', { name: 'Play', exact: true }).first().waitFor();
    await page.keyboard.press('k');
    await page.keyboard.press('s');
    await page.getByRole('complementary', { name: 'Statistics' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('p');
    const state = () =>
      page.evaluate(() => ({
        muted: document.querySelector('video')!.muted, paused: document.querySelector('video')!.paused, volume: document.querySelector('video')!.volume,
        statistics: document.querySelector('.statistics') !== null, captions: document.querySelector('[aria-label=Captions]')!.getAttribute('aria-pressed'),
        dialog: document.querySelector('dialog') !== null, fullScreen: document.fullscreenElement !== null, replay: document.querySelector('.replay-chip') !== null,
      }));
    const before = await state();
    expect(before).toMatchObject({ muted: true, statistics: true, dialog: false });
    // While somebody writes, keys are letters.
    await page.keyboard.type('mk fscl,?p');
    for (const key of ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight']) await page.keyboard.press(key);
    expect(await page.getByTestId('prompt').inputValue()).toBe('mk fscl,?p');
    expect(await state()).toEqual(before);
    await page.getByTestId('prompt').blur();
    // With a modifier they are the browser's.
    await page.keyboard.press('Alt+m');
    expect(await state()).toEqual(before);
    await page.keyboard.press('Escape');
    expect((await state()).statistics).toBe(false);
    await page.keyboard.press('f');
    await until('the stage fills the screen', async () => (await state()).fullScreen);
    await page.keyboard.press('f');
    await until('the stage is small again', async () => !(await state()).fullScreen);
    await until('there is an earlier slot', async () => (await page.locator('.card:not(.shown)').count()) > 1);
    await page.keyboard.press('ArrowLeft');
    await page.locator('.replay-chip').waitFor();
    await page.keyboard.press('l');
    await until('it is live again', async () => !(await state()).replay);
    await badge('certified').waitFor();
    const nameless = await page.evaluate(() => [...document.querySelectorAll('button, input, textarea, video')].filter(element => !(element.getAttribute('aria-label') ?? element.textContent ?? '').trim() && !element.closest('label')).length);
    expect(nameless).toBe(0);
    expect(await page.locator('[aria-live]').textContent()).toMatch(/Slot \d+, certified: /);
  });

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

  it('shows the longest words and prompts that are written from right to left', async () => {
    const word = 'Donaudampfschifffahrt'.repeat(13).slice(0, 256);
    const arabic = 'ثعلب أحمر في مخبز، يغني 3 أغان.';
    await gateway.stop();
    gateway = new FakeGateway({ programme: [{ ...programme[0]!, prompt: word }, { ...programme[1]!, prompt: arabic }], slotMilliseconds, pages });
    url = await gateway.start();
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
});
