import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadSettings, saveSettings, type Settings } from '../src/settings.js';

const defaults: Settings = { volume: 0.8, muted: false, captions: false, delay: 'balanced', transport: 'auto', ambient: true };

/** A browser that has this in its storage. */
function stored(text: string | null): Map<string, string> {
  const kept = new Map(text === null ? [] : [['nsn.viewer.settings', text]]);
  vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) });
  return kept;
}

describe('settings', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('are what they were', () => {
    stored(null);
    const chosen: Settings = { volume: 0, muted: true, captions: true, delay: 'low', transport: 'http', ambient: false };
    saveSettings(chosen);
    expect(loadSettings()).toEqual(chosen);
  });

  it.each([
    ['nothing', null], ['no JSON', '{'], ['no object', 'null'], ['values out of range', '{"volume":1.01,"delay":"never","transport":"carrier pigeon"}'], ['a negative volume', '{"volume":-0.1}'],
    ['values of other kinds', '{"volume":"1","muted":"yes","captions":1,"delay":3,"ambient":null}'],
  ])('are the defaults where %s is stored', (_, text) => {
    stored(text);
    expect(loadSettings()).toEqual(defaults);
  });

  it('last as long as the page where nothing may be stored', () => {
    const refuse = () => {
      throw new Error('The operation is insecure.');
    };
    vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse });
    expect(loadSettings()).toEqual(defaults);
    expect(() => saveSettings(defaults)).not.toThrow();
  });
});
