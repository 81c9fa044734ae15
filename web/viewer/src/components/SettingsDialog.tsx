import type { PlayerSnapshot } from '@nsn/player';
import { useEffect, useRef, type ReactNode, type SyntheticEvent } from 'react';
import type { Settings } from '../settings';
import { CloseIcon } from './icons';

/** A modal dialog; Esc, the cross and a click beside it close it. The browser closes it, which gives the focus back, before it is taken away. */
export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current!;
    if (!element.open) element.showModal();
    return () => element.close();
  }, []);
  const close = () => {
    dialog.current!.close();
    onClose();
  };
  const cancel = (event: SyntheticEvent) => {
    event.preventDefault();
    close();
  };
  return (
    <dialog ref={dialog} aria-label={title} onCancel={cancel} onClose={() => !dialog.current?.open && onClose()} onClick={event => event.target === dialog.current && close()}>
      <div className="dialog-body">
        <header>
          <h2>{title}</h2>
          <button className="control" onClick={close} aria-label="Close"><CloseIcon /></button>
        </header>
        {children}
      </div>
    </dialog>
  );
}

interface SettingsDialogProps {
  readonly settings: Settings;
  readonly snapshot: PlayerSnapshot;
  readonly size: string | null;
  readonly onChange: (change: Partial<Settings>) => void;
  readonly onVolume: (volume: number) => void;
  readonly onClose: () => void;
}

export function SettingsDialog({ settings, snapshot, size, onChange, onVolume, onClose }: SettingsDialogProps) {
  return (
    <Dialog title="Settings" onClose={onClose}>
      <label className="setting">
        <span>Volume</span>
        <input type="range" min={0} max={1} step={0.02} value={snapshot.muted ? 0 : snapshot.volume} onChange={event => onVolume(event.target.valueAsNumber)} />
      </label>
      <label className="setting">
        <span>Captions<small>What the voice says, from the certified script</small></span>
        <input type="checkbox" role="switch" checked={settings.captions} onChange={event => onChange({ captions: event.target.checked })} />
      </label>
      <Choice label="Delay" hint={`How far behind the air it may play. The picture stays the same: there is one certified rendition${size === null ? '' : `, ${size}`}.`} value={settings.delay} options={[['low', 'Least delay'], ['balanced', 'Balanced'], ['stable', 'Fewest jumps']]} onChange={delay => onChange({ delay })} />
      <Choice label="Transport" hint="Automatic uses WebRTC and falls back to HTTP where UDP is blocked." value={settings.transport} options={[['auto', 'Automatic'], ['webrtc', 'WebRTC only'], ['http', 'HTTP only']]} onChange={transport => onChange({ transport })} />
      <label className="setting">
        <span>Ambient light<small>The picture’s colours around it</small></span>
        <input type="checkbox" role="switch" checked={settings.ambient} onChange={event => onChange({ ambient: event.target.checked })} />
      </label>
    </Dialog>
  );
}

function Choice<T extends string>({ label, hint, value, options, onChange }: { label: string; hint: string; value: T; options: readonly (readonly [T, string])[]; onChange: (value: T) => void }) {
  return (
    <fieldset className="setting choice">
      <legend>{label}<small>{hint}</small></legend>
      <div>
        {options.map(([option, text]) => (
          <label key={option}>
            <input type="radio" name={label} checked={value === option} onChange={() => onChange(option)} />
            <span>{text}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

const shortcuts: readonly (readonly [string, string])[] = [
  ['Space or K', 'Play or pause'], ['M', 'Sound on or off'], ['↑ ↓', 'Volume'], ['← →', 'Earlier or later slot'], ['L', 'Back to live'],
  ['F', 'Full screen'], ['C', 'Captions'], ['S', 'Statistics'], ['P', 'Write a prompt'], [',', 'Settings'], ['?', 'This list'], ['Esc', 'Close'],
];

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <dl className="shortcuts">
        {shortcuts.map(([keys, action]) => <div key={keys}><dt><kbd>{keys}</kbd></dt><dd>{action}</dd></div>)}
      </dl>
    </Dialog>
  );
}
