import { milliseconds } from '../format';

const steps = [
  ['requested', 'started', 'Waited'],
  ['started', 'generated', 'Generated'],
  ['generated', 'published', 'Published'],
  ['published', 'certified', 'Certified'],
] as const;

/** From the prompt to the certificate, step by step. */
export function Times({ times, airsAt }: { times: Readonly<Record<string, number | null>>; airsAt: number | null }) {
  const known = steps.flatMap(([from, to, name]) => {
    const start = times[from];
    const end = times[to];
    return typeof start === 'number' && typeof end === 'number' && end >= start ? [{ name, duration: end - start }] : [];
  });
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
