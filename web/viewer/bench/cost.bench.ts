import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { it } from 'vitest';
import { makeClip } from '../test/clips.js';
import { FakeGateway } from '../test/fakeGateway.js';

// npm run bench: what it costs a viewer's machine without a graphics card to watch, in processor time of all of Chromium's processes.

interface ProcessInfo {
  readonly type: string;
  readonly id: number;
  readonly cpuTime: number;
}

const seconds = Number(process.env['NSN_BENCH_SECONDS'] ?? 20);

it(
  'watches',
  async () => {
    const clip = async (source: string, hertz: number) => ({ prompt: source, segments: await makeClip(`${source}=size=256x256:rate=12`, 8, hertz) });
    const gateway = new FakeGateway({
      programme: [await clip('testsrc', 330), await clip('testsrc2', 440)],
      slotMilliseconds: 8000,
      pages: fileURLToPath(new URL('../dist', import.meta.url)),
    });
    const browser = await chromium.launch({
      executablePath: process.env['NSN_CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--autoplay-policy=no-user-gesture-required'],
    });
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      await page.goto(await gateway.start());
      await page.locator('.headline [data-verdict="certified"]').waitFor({ timeout: 60_000 });
      const session = await browser.newBrowserCDPSession();
      const look = async () => ((await session.send('SystemInfo.getProcessInfo')) as { processInfo: ProcessInfo[] }).processInfo;
      const frames = () => page.evaluate(() => document.querySelector('video')!.getVideoPlaybackQuality().totalVideoFrames);
      const [before, framesBefore, from] = [await look(), await frames(), performance.now()];
      await page.waitForTimeout(seconds * 1000);
      const [after, framesAfter, to] = [await look(), await frames(), performance.now()];
      const cores: Record<string, number> = {};
      for (const { type, id, cpuTime } of after) {
        const spent = (cpuTime - (before.find(known => known.id === id)?.cpuTime ?? 0)) / ((to - from) / 1000);
        cores[type] = Math.round(((cores[type] ?? 0) + spent) * 1000) / 1000;
      }
      const all = Math.round(Object.values(cores).reduce((sum, value) => sum + value, 0) * 1000) / 1000;
      console.log(JSON.stringify({ seconds: (to - from) / 1000, framesPerSecond: (framesAfter - framesBefore) / ((to - from) / 1000), cores: { all, ...cores } }));
    } finally {
      await browser.close();
      await gateway.stop();
    }
  },
  600_000,
);
