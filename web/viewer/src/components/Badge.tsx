import type { Verdict } from '@nsn/player';
import { FillerIcon, HourglassIcon, ShieldBrokenIcon, ShieldCheckIcon } from './icons';

const faces = {
  certified: { label: 'Certified', Icon: ShieldCheckIcon, hint: 'Your browser has checked signatures, proofs and hashes of what you see.' },
  checking: { label: 'Checking', Icon: HourglassIcon, hint: 'Your browser is checking. Nothing is shown before it is done.' },
  filler: { label: 'Filler', Icon: FillerIcon, hint: 'Nobody has certified this. It fills a slot that has no certified video.' },
  broken: { label: 'Broken', Icon: ShieldBrokenIcon, hint: 'This slot has failed your browser’s checks and is not shown.' },
} as const;

/** The player's own verdict on what is on the screen. */
export function Badge({ verdict, signers, directors }: { verdict: Verdict; signers?: number | undefined; directors?: number | undefined }) {
  const { label, Icon, hint } = faces[verdict];
  return (
    <span className={`badge badge-${verdict}`} title={hint} data-testid="badge" data-verdict={verdict}>
      <Icon size={18} />
      <span>{label}</span>
      {verdict === 'certified' && signers !== undefined && <span className="badge-count">{signers} of {directors} directors</span>}
    </span>
  );
}
