import type { ReactNode } from 'react';

function icon(children: ReactNode) {
  return function Icon({ size = 20 }: { size?: number }) {
    return (
      <svg className="icon" width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
        {children}
      </svg>
    );
  };
}

export const PlayIcon = icon(<path d="M7 4.5v15l12-7.5z" fill="currentColor" />);
export const PauseIcon = icon(<><rect x="6" y="5" width="4" height="14" rx="1" fill="currentColor" stroke="none" /><rect x="14" y="5" width="4" height="14" rx="1" fill="currentColor" stroke="none" /></>);
export const SoundIcon = icon(<><path d="M4 9.5v5h3.5L12 18V6L7.5 9.5z" fill="currentColor" /><path d="M15.500 9a4.200 4.200 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11" /></>);
export const MutedIcon = icon(<><path d="M4 9.5v5h3.5L12 18V6L7.5 9.5z" fill="currentColor" /><path d="m16 9.500 5 5m0-5-5 5" /></>);
export const FullScreenIcon = icon(<path d="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5" />);
export const CaptionsIcon = icon(<><rect x="3" y="5" width="18" height="14" rx="2.500" /><path d="M10.500 10.300a2.200 2.200 0 1 0 0 3.400M17 10.300a2.200 2.200 0 1 0 0 3.400" /></>);
export const StatisticsIcon = icon(<path d="M4 20V10M10 20V4M16 20v-7M21 20H3" />);
export const SettingsIcon = icon(<><circle cx="12" cy="12" r="3" /><path d="M12 3v2.500M12 18.500V21M3 12h2.500M18.500 12H21M5.600 5.600l1.800 1.800M16.600 16.600l1.800 1.800M18.400 5.600l-1.800 1.800M7.400 16.600l-1.800 1.800" /></>);
export const KeyboardIcon = icon(<><rect x="2.500" y="6" width="19" height="12" rx="2.500" /><path d="M6.500 10h.01M10 10h.01M14 10h.01M17.500 10h.01M8 14h8" /></>);
export const ShieldCheckIcon = icon(<><path d="M12 3 5 5.500v5.300c0 4.300 2.800 8 7 9.700 4.200-1.700 7-5.400 7-9.700V5.500z" /><path d="m8.800 11.800 2.300 2.300 4.300-4.500" /></>);
export const ShieldBrokenIcon = icon(<><path d="M12 3 5 5.500v5.300c0 4.300 2.800 8 7 9.700 4.200-1.700 7-5.400 7-9.700V5.500z" /><path d="M12 8v4.500M12 15.600v.01" /></>);
export const HourglassIcon = icon(<><circle cx="12" cy="12" r="8.500" /><path d="M12 7.500V12l3 2" /></>);
export const FillerIcon = icon(<><rect x="3.500" y="6" width="17" height="12" rx="2" /><path d="M8 3l4 3 4-3M7.500 12h9" /></>);
export const SendIcon = icon(<path d="M5 12h13M13 6.500l5.500 5.500-5.500 5.500" />);
export const ReplayIcon = icon(<><path d="M4.500 12a7.500 7.500 0 1 0 2.400-5.500" /><path d="M4 4v4.500h4.500" /></>);
export const CloseIcon = icon(<path d="m6 6 12 12M18 6 6 18" />);
export const PlugIcon = icon(<><path d="M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4" /></>);
export const CheckIcon = icon(<path d="m5 12.500 4.500 4.500L19 7.500" />);
