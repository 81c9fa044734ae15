import { describe, expect, it } from 'vitest';
import { DirectorTrust } from '../src/verify/trust.js';

const key = (n: number) => `0x${n.toString(16).padStart(64, '0')}`;
const said = (epoch: number, keys = [1, 2, 3, 4, 5].map(key)) => ({ epoch, directors: keys.map(k => ({ key: k, name: 'd' })) });
const noWitness = () => Promise.reject(new Error('silent'));

describe('DirectorTrust', () => {
  it('takes the gateway’s word when nothing else is known, and says so', async () => {
    const learned = await new DirectorTrust({}, noWitness).learn(said(1));
    expect(learned).toMatchObject({ ok: true, value: { source: 'gateway', witnesses: 0 } });
  });

  it('never lets the directors of an epoch change', async () => {
    const trust = new DirectorTrust({}, noWitness);
    await trust.learn(said(1));
    expect(await trust.learn(said(1, [1, 2, 3, 4, 6].map(key)))).toMatchObject({ ok: false, reason: /changed/ });
    expect(trust.get(1)?.keys).toContain(key(5));
  });

  it('refuses strangers to the pinned candidates', async () => {
    const trust = new DirectorTrust({ candidates: [1, 2, 3, 4, 5, 6].map(key) }, noWitness);
    expect(await trust.learn(said(1))).toMatchObject({ ok: true, value: { source: 'candidates' } });
    expect(await trust.learn(said(2, [1, 2, 3, 4, 9].map(key)))).toMatchObject({ ok: false });
  });

  it('counts witnesses that agree, ignores silent ones, and believes one that contradicts', async () => {
    const answers: Record<string, unknown> = { a: said(1), b: said(1), liar: said(1, [9, 2, 3, 4, 5].map(key)) };
    const ask = (url: string) => (url in answers ? Promise.resolve(answers[url]) : Promise.reject(new Error('silent')));
    expect(await new DirectorTrust({ witnesses: ['a', 'b', 'silent'] }, ask).learn(said(1))).toMatchObject({ ok: true, value: { source: 'witnessed', witnesses: 2 } });
    expect(await new DirectorTrust({ witnesses: ['a', 'liar'] }, ask).learn(said(1))).toMatchObject({ ok: false, reason: /witness/ });
  });

  it.each([
    ['nothing', null],
    ['text', 'directors'],
    ['no epoch', { directors: [] }],
    ['a negative epoch', { epoch: -1, directors: [] }],
    ['four', said(1, [1, 2, 3, 4].map(key))],
    ['the same twice', said(1, [1, 1, 2, 3, 4].map(key))],
    ['a short key', said(1, ['0x12', ...[2, 3, 4, 5].map(key)])],
  ])('refuses a list that is %s', async (_, list) => {
    expect((await new DirectorTrust({}, noWitness).learn(list)).ok).toBe(false);
  });
});
