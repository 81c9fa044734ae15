import { useCallback, useState } from 'react';
import { saveSettings, type Settings } from '../settings';

/** The settings and how to change some of them; what is changed is kept. */
export function useSettings(initial: Settings): [Settings, (change: Partial<Settings>) => void] {
  const [settings, setSettings] = useState(initial);
  const change = useCallback((part: Partial<Settings>) => {
    setSettings(before => {
      const after = { ...before, ...part };
      saveSettings(after);
      return after;
    });
  }, []);
  return [settings, change];
}
