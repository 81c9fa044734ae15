import type { Player } from '@nsn/player';
import { useRef, useState } from 'react';
import { Announcer } from './components/Announcer';
import { Badge } from './components/Badge';
import { KeyboardIcon, SettingsIcon } from './components/icons';
import { Aired, ComingUp } from './components/Programme';
import { PromptBox } from './components/PromptBox';
import { SettingsDialog, ShortcutsDialog } from './components/SettingsDialog';
import { SlotPanel } from './components/SlotPanel';
import { Stage } from './components/Stage';
import { useFindings } from './hooks/useFindings';
import { useHistory } from './hooks/useHistory';
import { useNow } from './hooks/useNow';
import { usePlayer } from './hooks/usePlayer';
import { usePrompts } from './hooks/usePrompts';
import { useSettings } from './hooks/useSettings';
import { useShortcuts } from './hooks/useShortcuts';
import { useSlotDetail } from './hooks/useSlotDetail';
import { useStatistics } from './hooks/useStatistics';
import type { Settings } from './settings';

const connectionTexts = { connecting: 'Connecting', live: 'Connected', reconnecting: 'Reconnecting', starting: 'Starting', offline: 'Offline', idle: 'Standing by', closed: 'Closed' } as const;

export interface AppProps {
  readonly channel: string;
  readonly settings: Settings;
  readonly player: Player;
  /** The element that the player plays in. */
  readonly video: HTMLVideoElement;
}

export function App({ channel, settings: initial, player, video }: AppProps) {
  const [settings, changeSettings] = useSettings(initial);
  const snapshot = usePlayer(player, settings);
  const [dialog, setDialog] = useState<'settings' | 'shortcuts' | null>(null);
  const [statisticsOpen, setStatisticsOpen] = useState(false);
  const [replayError, setReplayError] = useState<string | null>(null);
  const statistics = useStatistics(player, statisticsOpen);
  const now = useNow(500);
  const prompt = useRef<HTMLTextAreaElement>(null);
  const stage = useRef<HTMLDivElement>(null);

  const view = snapshot.slot;
  const detail = useSlotDetail(player, view?.slot ?? null, view?.verdict === 'filler', snapshot.upcoming[0]?.slot ?? null, snapshot.restarts);
  const history = useHistory(player, channel, view?.summary ?? null, snapshot.restarts);
  const findings = useFindings(snapshot);
  const prompts = usePrompts(player, channel);

  const setVolume = (volume: number) => {
    const clamped = Math.min(1, Math.max(0, volume));
    player.setVolume(clamped);
    changeSettings({ volume: clamped, muted: clamped === 0 });
  };
  const replay = (slot: number) => {
    setReplayError(null);
    player.replay(slot).catch(() => {
      setReplayError(`Slot ${slot} cannot be had any more.`);
      void player.goLive();
    });
  };
  const step = (direction: number) => {
    if (view === null) return;
    if (direction > 0 && snapshot.mode === 'live') return;
    const target = view.slot + direction;
    if (direction > 0 && !history.slots.some(slot => slot.slot === target)) void player.goLive();
    else replay(target);
  };
  const toggleFullScreen = () => void (document.fullscreenElement === null ? stage.current?.requestFullscreen() : document.exitFullscreen());
  const toggleStatistics = () => setStatisticsOpen(open => !open);
  const togglePlay = () => (snapshot.paused ? void player.play() : player.pause());

  useShortcuts({
    ' ': togglePlay,
    k: togglePlay,
    m: () => {
      player.setMuted(!snapshot.muted);
      changeSettings({ muted: !snapshot.muted });
    },
    ArrowUp: () => setVolume(snapshot.volume + 0.1),
    ArrowDown: () => setVolume(snapshot.volume - 0.1),
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    l: () => void player.goLive(),
    f: toggleFullScreen,
    c: () => changeSettings({ captions: !settings.captions }),
    s: toggleStatistics,
    p: () => prompt.current?.focus(),
    ',': () => setDialog('settings'),
    '?': () => setDialog('shortcuts'),
    Escape: () => setStatisticsOpen(false),
  });

  // The prompt that the directors signed; while there is none, what the gateway says, and so marked.
  const certifiedPrompt = view?.proof?.prompt ?? null;
  const title = certifiedPrompt ?? view?.summary?.prompt ?? null;
  const size = statistics !== null && statistics.width > 0 ? `${statistics.width} × ${statistics.height}` : view?.summary?.width ? `${view.summary.width} × ${view.summary.height}` : null;

  return (
    <>
      <a className="skip" href="#prompt-title">Skip to the prompt</a>
      <header className="masthead">
        <a className="brand" href="/"><span className="brand-mark">NSN</span><span className="brand-claim">television that proves itself</span></a>
        <span className={`connection connection-${snapshot.status}`} title={snapshot.statusReason ?? undefined} data-testid="connection">
          <span className="dot" /> {snapshot.status === 'live' && snapshot.udpBlocked ? 'Connected, no UDP' : connectionTexts[snapshot.status]}
        </span>
        <button className="control" onClick={() => setDialog('shortcuts')} aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)"><KeyboardIcon /></button>
        <button className="control" onClick={() => setDialog('settings')} aria-label="Settings" title="Settings (,)"><SettingsIcon /></button>
      </header>
      <main>
        <div className="watch">
          <Stage player={player} snapshot={snapshot} video={video} settings={settings} statistics={statistics} now={now} onSettings={changeSettings} onToggleStatistics={toggleStatistics} onToggleFullScreen={toggleFullScreen} stage={stage} />
          <div className="headline">
            {snapshot.verdict !== null && <Badge verdict={snapshot.verdict} signers={view?.proof?.signers.length} directors={view?.proof?.directors} />}
            <h1 className={certifiedPrompt === null ? 'unproven' : undefined} title={certifiedPrompt === null ? 'As the gateway says; not checked' : 'From the recipe that the directors signed'} dir="auto" data-testid="title">{snapshot.verdict === 'broken' ? 'Not shown: its proof does not hold' : (title ?? 'Nothing on the screen yet')}</h1>
            {snapshot.restarts > 0 && <p className="notice" role="status" data-testid="restarted">The chain was started afresh. Slots count anew; what was certified before belongs to a chain that is gone.</p>}
            {replayError !== null && <p className="error" role="alert">{replayError}</p>}
          </div>
          <div className="desk">
            <PromptBox prompts={prompts.prompts} submit={prompts.submit} sending={prompts.sending} error={prompts.error} now={now} input={prompt} />
            <ComingUp slots={snapshot.upcoming} replaying={snapshot.mode === 'replay'} now={now} />
          </div>
          <Aired slots={history.slots} findings={findings} current={view?.slot ?? null} replaying={snapshot.mode === 'replay'} now={now} onReplay={replay} more={history.more} />
        </div>
        <SlotPanel snapshot={snapshot} detail={detail} />
      </main>
      <Announcer snapshot={snapshot} />
      {dialog === 'settings' && <SettingsDialog settings={settings} snapshot={snapshot} size={size} onChange={changeSettings} onVolume={setVolume} onClose={() => setDialog(null)} />}
      {dialog === 'shortcuts' && <ShortcutsDialog onClose={() => setDialog(null)} />}
    </>
  );
}
