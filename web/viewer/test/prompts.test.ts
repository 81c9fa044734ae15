import { expect, it } from 'vitest';
import { badge, gateway, inChromium, page, shows, until, url } from './viewer.js';

inChromium('prompts', () => {
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
    // Nothing more will come of it, so nobody asks; and a reload does not lose it.
    const asked = () => gateway.requests.filter(request => request.startsWith('GET /api/recipes/')).length;
    const before = asked();
    const slot = gateway.slotNow;
    await until('some slots have passed', () => Promise.resolve(gateway.slotNow >= slot + 3));
    expect(asked()).toBe(before);
    await page.reload();
    await wish.waitFor();
    expect(await wish.textContent()).toMatch(/^a lighthouse that singsWas on air in slot \d+/);
  });

  it('sends with Enter, but not while a word is composed or with Shift, and keeps what was refused', async () => {
    const posts = () => gateway.requests.filter(request => request === 'POST /api/recipes').length;
    await page.goto(url);
    const box = page.getByTestId('prompt');
    await box.fill('猫');
    // As browsers tell of the Enter that ends a word of an input method.
    await box.evaluate(element => {
      for (const how of [{ isComposing: true }, { keyCode: 229 }]) element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, ...how }));
    });
    await box.press('Shift+Enter');
    await box.pressSequentially('b');
    expect(await box.inputValue()).toBe('猫\nb');
    expect(posts()).toBe(0);
    await box.fill('猫');
    await box.press('Enter');
    await page.getByRole('alert').waitFor();
    expect(posts()).toBe(1);
    expect(await box.inputValue()).toBe('猫');
    expect(await box.getAttribute('aria-invalid')).toBe('true');
    await box.fill('猫が走る');
    await box.press('Enter');
    await page.getByTestId('wish').waitFor();
    expect(await box.inputValue()).toBe('');
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('makes the same wish again when the answer was lost, and keeps to it while the gateway says "not now"', async () => {
    const keys: string[] = [];
    let lost = true;
    await page.route('**/api/recipes', async route => {
      keys.push(route.request().headers()['idempotency-key']!);
      if (!lost) return route.continue();
      await route.fetch();
      await route.abort();
    });
    let busy = 0;
    await page.route('**/api/recipes/*', route => (busy++ < 2 ? route.fulfill({ status: 503, json: { title: 'Not possible', status: 503, detail: 'Not now.' } }) : route.continue()));
    await page.goto(url);
    const box = page.getByTestId('prompt');
    await box.fill('a lighthouse that sings');
    await page.getByTestId('send').click();
    await page.getByRole('alert').waitFor();
    lost = false;
    await page.getByTestId('send').click();
    await page.getByTestId('wish').waitFor();
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(keys[1]).toBe(keys[0]);
    await box.fill('another lighthouse');
    await page.getByTestId('send').click();
    await until('both are listed', async () => (await page.getByTestId('wish').count()) === 2);
    expect(keys[2]).not.toBe(keys[0]);
    await until('the gateway has answered', () => Promise.resolve(busy > 2));
    await until('the first is on its way', async () => !['queued', 'failed'].includes((await page.getByTestId('wish').last().getAttribute('data-state'))!));
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
});
