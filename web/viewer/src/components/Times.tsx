import { milliseconds } from '../format';

const steps: readonly (readonly [string, string])[] = [
  ['requested', ''], ['started', 'Waited'], ['published', 'Made and published'], ['certified', 'Certified'],
];

/** From the prompt to the certificate, step by step, as far as the times are known. */
export function Times({ times, airsAt }: { times: Readonly<Record<string, number | null>>; airsAt: number | null }) {
  const reached = steps.flatMap(([key, name]) => (typeof times[key] === 'number' ? [{ name, at: times[key] }] : []));
  const known = reached.slice(1).map(({ name, at }, i) => ({ name, duration: Math.max(0, at - reached[i]!.at) }));
  const total = known.reduce((sum, step) => sum + step.duration, 0);
  if (total === 0) return null;
  const spare = typeof times['certified'] === 'number' && airsAt !== null ? airsAt - times['certified'] : null;
  return (
    <section>
      <h3>Prompt to certificate <small>{milliseconds(total)}</small></h3>
      <div className="times" aria-hidden="true">
        {known.map((step, i) => <span key={step.name} className={`time-${i}`} style={{ flexGrow: Math.max(step.duration, total * 0.02) }} />)}
      </div>
      <ul className="time-legend">
        {known.map((step, i) => <li key={step.name}><span className={`swatch time-${i}`} />{step.name} <b>{milliseconds(step.duration)}</b></li>)}
        {spare !== null && spare > 0 && <li>ready <b>{milliseconds(spare)}</b> before air</li>}
      </ul>
    </section>
  );
}
