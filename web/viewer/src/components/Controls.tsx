import type { Player, PlayerSnapshot } from '@nsn/player';
import type { ReactNode } from 'react';
import { clock } from '../format';
import type { Settings } from '../settings';
import { CaptionsIcon, FullScreenIcon, MutedIcon, PauseIcon, PlayIcon, SoundIcon, StatisticsIcon } from './icons';

interface ControlsProps {
  readonly player: Player;
  readonly snapshot: PlayerSnapshot;
  readonly settings: Settings;
  readonly statisticsOpen: boolean;
  readonly onSettings: (change: Partial<Settings>) => void;
  readonly onTogglePlay: () => void;
  readonly onToggleStatistics: () => void;
  readonly onToggleFullScreen: () => void;
}

export function Controls({ player, snapshot, settings, statisticsOpen, onSettings, onTogglePlay, onToggleStatistics, onToggleFullScreen }: ControlsProps) {
  const live = snapshot.mode === 'live';
  const duration = snapshot.clipDuration ?? 0;
  const setVolume = (volume: number) => {
    player.setVolume(volume);
    onSettings({ volume, muted: volume === 0 });
  };
  const toggleMuted = () => {
    player.setMuted(!snapshot.muted);
    onSettings({ muted: !snapshot.muted });
  };
  return (
    <div className="controls" role="group" aria-label="Player controls">
      <progress className="clip-progress" max={duration || 1} value={Math.min(snapshot.clipTime, duration || 1)} aria-label="Position in the slot" />
      <Button label={snapshot.paused ? 'Play' : 'Pause'} shortcut="Space" onClick={onTogglePlay}>{snapshot.paused ? <PlayIcon /> : <PauseIcon />}</Button>
      <Button label={snapshot.muted ? 'Unmute' : 'Mute'} shortcut="M" onClick={toggleMuted}>{snapshot.muted ? <MutedIcon /> : <SoundIcon />}</Button>
      <input className="volume" type="range" min={0} max={1} step={0.02} value={snapshot.muted ? 0 : snapshot.volume} onChange={event => setVolume(event.target.valueAsNumber)} aria-label="Volume" />
      <button className={`live${live ? ' on' : ''}`} onClick={() => void player.goLive()} disabled={live && !snapshot.paused} aria-label={live ? 'Live' : 'Back to live'}>
        <span className="dot" /> Live
      </button>
      <span className="clip-time" aria-hidden="true">{clock(snapshot.clipTime)} / {clock(duration)}</span>
      <span className="spring" />
      <Button label="Captions" shortcut="C" pressed={settings.captions} onClick={() => onSettings({ captions: !settings.captions })}><CaptionsIcon /></Button>
      <Button label="Statistics" shortcut="S" pressed={statisticsOpen} onClick={onToggleStatistics}><StatisticsIcon /></Button>
      <Button label="Full screen" shortcut="F" onClick={onToggleFullScreen}><FullScreenIcon /></Button>
    </div>
  );
}

function Button({ label, shortcut, pressed, onClick, children }: { label: string; shortcut: string; pressed?: boolean; onClick: () => void; children: ReactNode }) {
  return (
    <button className="control" aria-label={label} aria-pressed={pressed} aria-keyshortcuts={shortcut} title={`${label} (${shortcut})`} onClick={onClick}>
      {children}
    </button>
  );
}
