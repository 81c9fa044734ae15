import type { Delay, TransportChoice } from '@nsn/player';

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

/** The viewer's settings as this browser keeps them. Values of the wrong kind fall back to the defaults. */
export function loadSettings(): Settings {
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

/** Keeps them; in private mode they last as long as the page. */
export function saveSettings(settings: Settings): void {
  try {
    localStorage.setItem(key, JSON.stringify(settings));
  } catch {
    // Not kept, then.
  }
}

function oneOf<T>(value: unknown, allowed: readonly T[], otherwise: T): T {
  return allowed.includes(value as T) ? (value as T) : otherwise;
}
