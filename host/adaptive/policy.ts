/** From signals to how much the machine should be spared. */
import type { SignalValues } from './signals/board.js';

/**
 * `normal`: the latency budget alone decides. `spare`: half of the budget, no shadow runs. `least`: the smallest model,
 * no local escalation.
 */
export type Strain = 'normal' | 'spare' | 'least';

/** What a policy says. */
export interface Preference {
  strain: Strain;
  /** In field terms: `temperature 83 C >= 80 C`. Empty when normal. */
  reason: string;
}

/** Maps signals to a preference; `previous` is what was said last, for hysteresis. */
export type SignalPolicy = (signals: SignalValues, previous: Strain) => Preference;

/** One threshold: entered at `enter`, left when the value is back beyond `leave`. */
interface Threshold {
  signal: string;
  strain: Exclude<Strain, 'normal'>;
  /** Strained above or below the bounds. */
  side: 'above' | 'below';
  enter: number;
  leave: number;
  show(value: number): string;
  /** Only while this flag is 1. */
  when?: string;
}

const degrees = (value: number) => `${value.toFixed(0)} C`;
const percent = (value: number) => `${(value * 100).toFixed(0)} %`;

/**
 * The documented defaults. Temperatures: Linux throttles most processors from 85 to 105 C. Pressure: the share of time in
 * which something waited for a processor. `cpu_load` and `process_cpu` decide nothing by themselves: what they do to latency
 * is measured.
 */
const THRESHOLDS: readonly Threshold[] = [
  { signal: 'temperature', strain: 'least', side: 'above', enter: 90, leave: 82, show: degrees },
  {
    signal: 'battery',
    strain: 'least',
    side: 'below',
    enter: 0.15,
    leave: 0.2,
    show: percent,
    when: 'on_battery',
  },
  { signal: 'temperature', strain: 'spare', side: 'above', enter: 80, leave: 72, show: degrees },
  {
    signal: 'battery',
    strain: 'spare',
    side: 'below',
    enter: 0.4,
    leave: 0.45,
    show: percent,
    when: 'on_battery',
  },
  { signal: 'cpu_pressure', strain: 'spare', side: 'above', enter: 0.8, leave: 0.5, show: percent },
];

const RANK: Readonly<Record<Strain, number>> = { normal: 0, spare: 1, least: 2 };

/** The policy that is used unless another one is given. Absent signals say nothing. */
export const defaultPolicy: SignalPolicy = (signals, previous) => {
  for (const threshold of THRESHOLDS) {
    const { signal, strain, side, enter, leave, show, when } = threshold;
    const value = signals[signal];
    if (value === undefined || (when !== undefined && signals[when] !== 1)) continue;
    // A strain that is there goes only when the value is well back.
    const bound = RANK[previous] >= RANK[strain] ? leave : enter;
    if (side === 'above' ? value < bound : value > bound) continue;
    const sign = side === 'above' ? '>=' : '<=';
    return { strain, reason: `${signal} ${show(value)} ${sign} ${show(bound)}` };
  }
  return { strain: 'normal', reason: '' };
};
