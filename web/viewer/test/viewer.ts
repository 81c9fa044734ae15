import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject } from 'vitest';
import { slotMilliseconds } from './browser.js';
import { FakeGateway, type Item } from './fakeGateway.js';

/** The built pages in real Chromium, against a gateway that can be told to lie. Each test has its own gateway, browser context and page. */

export { slotMilliseconds, tones } from './browser.js';
export const pages = fileURLToPath(new URL('../dist', import.meta.url));
export let browser: Browser;
export let programme: Item[];
export let gateway: FakeGateway;
export let context: BrowserContext;
export let page: Page;
/** The address of the page. */
export let url: string;
let complaints: string[];

/** Tests of the viewer in Chromium; nothing of its content security policy may be violated and no error may be left uncaught in any of them. */
export function inChromium(subject: string, tests: () => void): void {
  const address = inject('browser');
  describe.skipIf(address === null)(`the viewer in Chromium: ${subject}`, () => {
    beforeAll(async () => {
      browser = await chromium.connect(address!);
      programme = inject('programme');
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

    tests();
  });
}

/** Errors with this text belong to the test. */
export function forgive(text: string): void {
  complaints = complaints.filter(complaint => !complaint.includes(text));
}

/** Another gateway with another programme takes the place of the one that is there. */
export async function broadcast(other: Item[]): Promise<void> {
  await gateway.stop();
  gateway = new FakeGateway({ programme: other, slotMilliseconds, pages });
  url = await gateway.start();
}

export const badge = (verdict: string) => page.locator(`.headline [data-verdict="${verdict}"]`);
export const picture = () =>
  page.evaluate(() => {
    const video = document.querySelector('video')!;
    const visible = getComputedStyle(video).visibility === 'visible' && getComputedStyle(video).opacity !== '0';
    return { time: video.currentTime, width: video.videoWidth, visible, frames: video.getVideoPlaybackQuality().totalVideoFrames };
  });

/** True when an element has this text while the badge says certified: one look, so that both are of the same moment. */
export const shows = (text: string, selector: string) =>
  page.evaluate(
    ([wanted, where]) => document.querySelector(where!)?.textContent === wanted && document.querySelector('.headline [data-verdict="certified"]') !== null,
    [text, selector],
  );

/** Polls until the condition holds; the message says what did not happen. */
export async function until(what: string, condition: () => Promise<boolean>, milliseconds = 60_000): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`did not happen: ${what}`);
    await page.waitForTimeout(50);
  }
}

/** The figures of the statistics overlay, by name. */
export const statistics = () =>
  page.evaluate(() => Object.fromEntries([...document.querySelectorAll('.statistics dl > div')].map(row => [row.querySelector('dt')!.textContent!, row.querySelector('dd')!.textContent!])));

/** From now on the page can listen to what the video plays, sound switch and volume included. */
export const listen = () =>
  page.evaluate(async () => {
    const audio = new AudioContext();
    await audio.resume();
    const analyser = new AnalyserNode(audio, { fftSize: 8192, smoothingTimeConstant: 0 });
    audio.createMediaElementSource(document.querySelector('video')!).connect(analyser).connect(audio.destination);
    Object.assign(globalThis, { analyser });
  });
/** Energy (root mean square, full scale is 1) of the last sixth of a second, and the pitch that is strongest in it. */
export const heard = () =>
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
