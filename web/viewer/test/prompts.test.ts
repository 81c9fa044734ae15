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
