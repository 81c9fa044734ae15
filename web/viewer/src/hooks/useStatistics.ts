import type { Player, PlayerStatistics } from '@nsn/player';
import { useEffect, useState } from 'react';

/** Figures of the player, once a second while somebody looks. */
export function useStatistics(player: Player, wanted: boolean): PlayerStatistics | null {
  const [statistics, setStatistics] = useState<PlayerStatistics | null>(null);
  useEffect(() => {
    if (!wanted) return;
    let current = true;
    const read = () => void player.statistics().then(value => current && setStatistics(value));
    read();
    const timer = setInterval(read, 1_000);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [player, wanted]);
  return wanted ? statistics : null;
}
