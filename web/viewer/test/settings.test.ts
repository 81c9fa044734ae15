import { expect, it } from 'vitest';
import { badge, gateway, heard, inChromium, listen, page, programme, statistics, until, url } from './viewer.js';

inChromium('captions, sound, settings and statistics', () => {
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
});
