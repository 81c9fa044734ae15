import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeClip } from './clips.js';
import { FakeGateway, type Item } from './fakeGateway.js';
import { answerAsGateway } from './webrtcBridge.js';

/** The built pages in real Chromium, against a gateway that can be told to lie. */

const executablePath = process.env['NSN_CHROMIUM'] ?? '/usr/bin/chromium';
const pages = fileURLToPath(new URL('../dist', import.meta.url));
const slotMilliseconds = 2000;
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
      { prompt: 'a test card that counts', script: 'One. Two. Three.', segments: await makeClip('testsrc=size=192x108:rate=24', seconds, 330) },
      { prompt: 'colours that drift', script: 'Slowly now.', segments: await makeClip('testsrc2=size=192x108:rate=24', seconds, 440) },
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

  it('plays certified segments across slots, with the certified prompt and sound', async () => {
    await page.goto(url);
    await badge('certified').waitFor();
    await until('the picture moves across three slots', async () => (await picture()).time > 2 * (slotMilliseconds / 1000) + 0.5);
    const { width, visible, frames } = await picture();
    expect(width).toBe(192);
    expect(visible).toBe(true);
    expect(frames).toBeGreaterThan(20);
    expect(programme.map(item => item.prompt)).toContain(await page.getByTestId('title').textContent());
    const decoded = await page.evaluate(() => (document.querySelector('video') as HTMLVideoElement & { webkitAudioDecodedByteCount: number }).webkitAudioDecodedByteCount);
    expect(decoded).toBeGreaterThan(0);
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

  it('reconnects and resumes where it stopped when the stream is cut', async () => {
    await page.goto(url);
    await badge('certified').waitFor();
    gateway.cut();
    await until('the stream is asked for again', () => Promise.resolve(gateway.requests.filter(request => request.endsWith('/stream')).length >= 2));
    const before = (await picture()).time;
    await until('the picture goes on', async () => (await picture()).time > before + slotMilliseconds / 1000);
    await page.locator('.connection-live').waitFor();
    expect(await badge('certified').count()).toBe(1);
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
    } finally {
      await overWebRtc.stop();
    }
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
    await page.getByTestId('wish').waitFor();
    await until('the prompt is on the screen, certified', () => shows('a lighthouse that sings', '[data-testid=title]'));
  });

  it('plays a past slot again and returns to the air', async () => {
    await page.goto(url);
    await badge('certified').waitFor();
    await until('a slot has passed', async () => (await page.locator('.card:not(.shown)').count()) > 2);
    const card = page.locator('.card:not(.shown)').nth(1);
    const slot = await card.getAttribute('data-slot');
    await card.click();
    await page.locator('.replay-chip').waitFor();
    await until('the replayed slot is certified', () => shows(`Slot ${slot}`, '.panel h2'));
    await until('the replay has ended', async () => (await page.locator('.replay-chip').count()) === 0);
    await badge('certified').waitFor();
  });

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
    await page.getByTestId('prompt').fill('m is only a letter here');
    expect(await page.getByTestId('prompt').inputValue()).toBe('m is only a letter here');
    const nameless = await page.evaluate(() => [...document.querySelectorAll('button, input, textarea, video')].filter(element => !(element.getAttribute('aria-label') ?? element.textContent ?? '').trim() && !element.closest('label')).length);
    expect(nameless).toBe(0);
    expect(await page.locator('[aria-live]').textContent()).toMatch(/Slot \d+, certified: /);
  });
});
