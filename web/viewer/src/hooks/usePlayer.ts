import type { Player, PlayerSnapshot } from '@nsn/player';
import { useCallback, useEffect, useSyncExternalStore } from 'react';
import type { Settings } from '../settings';

/** What the player shows at this moment; what the viewer chooses reaches it. */
export function usePlayer(player: Player, settings: Settings): PlayerSnapshot {
  useEffect(() => player.setDelay(settings.delay), [player, settings.delay]);
  useEffect(() => player.setTransport(settings.transport), [player, settings.transport]);
  return useSyncExternalStore(useCallback(notify => player.subscribe(notify), [player]), () => player.snapshot);
}
