import { expect, it } from 'vitest';
import { badge, inChromium, page, until, url } from './viewer.js';

inChromium('the keyboard', () => {
  it('leaves Space to the button that has the focus, and keeps the sound as it was left', async () => {
    await page.goto(url);
    await badge('certified').waitFor();
    const video = () => page.evaluate(() => ({ muted: document.querySelector('video')!.muted, paused: document.querySelector('video')!.paused }));
    await page.getByRole('button', { name: 'Mute', exact: true }).focus();
    await page.keyboard.press(' ');
    await page.getByRole('button', { name: 'Unmute' }).waitFor();
    expect(await video()).toEqual({ muted: true, paused: false });
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Mute', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Mute', exact: true }).blur();
    await page.keyboard.press('m');
    await page.getByRole('button', { name: 'Unmute' }).waitFor();
    await page.reload();
    await badge('certified').waitFor();
    expect(await video()).toEqual({ muted: true, paused: false });
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
});
