import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { expect, it } from 'vitest';
import { makeClip } from './clips.js';
import { FakeGateway } from './fakeGateway.js';

const executablePath = process.env['NSN_CHROMIUM'] ?? '/usr/bin/chromium';
const player = fileURLToPath(new URL('../../player/', import.meta.url));

it.skipIf(!existsSync(executablePath))('the page in the player’s README plays a channel with the built player', async () => {
  const readme = await readFile(join(player, 'README.md'), 'utf8');
  const block = (language: string) => new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(readme)![1]!;
  const pages = await mkdtemp(join(tmpdir(), 'nsn-embedded-'));
  await writeFile(join(pages, 'index.html'), block('html'));
  await writeFile(join(pages, 'page.js'), block('js'));
  await cp(join(player, 'dist'), join(pages, 'player'), { recursive: true });
  const programme = [{ prompt: 'a test card that counts', segments: await makeClip('testsrc=size=192x108:rate=24', 2, 330) }];
  const gateway = new FakeGateway({ programme, slotMilliseconds: 2000, pages });
  // No flag lets pages sound by themselves: it must do in a browser as people have it.
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'] });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(60_000);
    const complaints: string[] = [];
    page.on('pageerror', error => complaints.push(error.message));
    await page.goto(await gateway.start());
    await page.getByText('certified: a test card that counts', { exact: true }).waitFor();
    await page.waitForFunction(() => document.querySelector('video')!.currentTime > 2.5);
    expect(await page.evaluate(() => document.querySelector('video')!.muted)).toBe(true);
    await page.getByRole('button', { name: 'Sound' }).click();
    await page.waitForFunction(() => !document.querySelector('video')!.muted && !document.querySelector('video')!.paused);
    gateway.spoilFrom = { slot: gateway.slotNow + 1, spoiler: 'certificate' };
    await page.getByText(/^broken: /).waitFor();
    expect(await page.evaluate(() => document.querySelector('video')!.style.visibility)).toBe('hidden');
    expect(complaints).toEqual([]);
  } finally {
    await browser.close();
    await gateway.stop();
    await rm(pages, { recursive: true, force: true });
  }
});
