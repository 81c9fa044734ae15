import type { Delay, TransportChoice } from '@nsn/player';
import { useCallback, useState } from 'react';

export interface Settings {
  readonly volume: number;
  readonly muted: boolean;
  readonly captions: boolean;
  readonly delay: Delay;
  readonly transport: TransportChoice;
  readonly ambient: boolean;
}

const key = 'nsn.viewer.settings';
const defaults: Settings = { volume: 0.8, muted: false, captions: false, delay: 'balanced', transport: 'auto', ambient: true };

/** The viewer's settings, kept in this browser. Values of the wrong kind fall back to the defaults. */
export function useSettings(): [Settings, (change: Partial<Settings>) => void] {
  const [settings, setSettings] = useState(load);
  const change = useCallback((part: Partial<Settings>) => {
    setSettings(before => {
      const after = { ...before, ...part };
      try {
        localStorage.setItem(key, JSON.stringify(after));
      } catch {
        // Private mode: the settings last as long as the page.
      }
      return after;
    });
  }, []);
  return [settings, change];
}

function load(): Settings {
  try {
    const stored = JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Settings>;
    return {
      volume: typeof stored.volume === 'number' && stored.volume >= 0 && stored.volume <= 1 ? stored.volume : defaults.volume,
      muted: stored.muted === true,
      captions: stored.captions === true,
      delay: oneOf(stored.delay, ['low', 'balanced', 'stable'], defaults.delay),
      transport: oneOf(stored.transport, ['auto', 'webrtc', 'http'], defaults.transport),
      ambient: stored.ambient !== false,
    };
  } catch {
    return defaults;
  }
}

function oneOf<T>(value: unknown, allowed: readonly T[], otherwise: T): T {
  return allowed.includes(value as T) ? (value as T) : otherwise;
}
