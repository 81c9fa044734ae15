import { Player, type PlayerSnapshot } from '@nsn/player';
import { useCallback, useEffect, useRef, useState, useSyncExternalStore, type RefObject } from 'react';
import type { PageConfig } from '../config';
import type { Settings } from './useSettings';

const nothing: PlayerSnapshot = {
  mode: 'live', status: 'connecting', statusReason: null, transport: null, udpBlocked: false, verdict: null, verdictReason: null, slot: null,
  upcoming: [], paused: false, starved: true, muted: false, volume: 1, soundBlocked: false, restarts: 0, unsupported: null, clipTime: 0, clipDuration: null,
};

/** One player for the page's life, bound to a video element. */
export function usePlayer(config: PageConfig, settings: Settings): { player: Player | null; snapshot: PlayerSnapshot; video: RefObject<HTMLVideoElement | null> } {
  const video = useRef<HTMLVideoElement>(null);
  const initial = useRef(settings);
  const [player, setPlayer] = useState<Player | null>(null);

  useEffect(() => {
    const { volume, muted, transport, delay } = initial.current;
    const created = new Player({ video: video.current!, channel: config.channel, gateway: config.gateway, trust: config.trust, transport, delay });
    created.setVolume(volume);
    created.setMuted(muted || volume === 0);
    void created.start();
    setPlayer(created);
    return () => {
      created.close();
      setPlayer(null);
    };
  }, [config]);

  useEffect(() => player?.setDelay(settings.delay), [player, settings.delay]);
  useEffect(() => player?.setTransport(settings.transport), [player, settings.transport]);

  const subscribe = useCallback((notify: () => void) => player?.subscribe(notify) ?? (() => undefined), [player]);
  const snapshot = useSyncExternalStore(subscribe, () => player?.snapshot ?? nothing);
  return { player, snapshot, video };
}
