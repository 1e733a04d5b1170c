/** A picture of the ratios: a bar a row that has a goal, from 1 x to the ratio, on a logarithmic scale. The reader's theme sets the colours. */
import { type BenchReport, goalRatio } from './report.js';
import { formatRatio } from './table.js';

const WIDTH = 920;
const LABELS = 290;
const RIGHT = 70;
const ROW = 30;
const TOP = 64;
const BOTTOM = 30;
const TICKS = [0.001, 0.01, 0.1, 0.25, 0.5, 1, 2, 4, 8];

const escaped = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** SVG text of the chart; its colours follow the reader's light or dark theme. */
export function chart(report: BenchReport): string {
  const bars = report.rows.flatMap((row) => {
    const goal = goalRatio(row);
    if (row.ratio === null || goal === undefined) return [];
    return [{ id: row.case, rival: row.rival, ratio: row.ratio, goal, met: row.goal_met === true }];
  });
  const all = [1, ...bars.flatMap(({ ratio, goal }) => [ratio, goal])];
  const low = Math.log(Math.min(...all) / 1.15);
  const high = Math.log(Math.max(...all) * 1.15);
  const x = (ratio: number) =>
    (LABELS + ((Math.log(ratio) - low) / (high - low)) * (WIDTH - LABELS - RIGHT)).toFixed(1);
  const height = TOP + bars.length * ROW + BOTTOM;
  const ticks = TICKS.filter((tick) => Math.log(tick) > low && Math.log(tick) < high).map(
    (tick) => `
  <line x1="${x(tick)}" x2="${x(tick)}" y1="${TOP - 8}" y2="${height - BOTTOM + 4}" class="${tick === 1 ? 'one' : 'tick'}"/>
  <text x="${x(tick)}" y="${height - 10}" class="small" text-anchor="middle">${tick} x</text>`,
  );
  const rows = bars.map(({ id, rival, ratio, goal, met }, i) => {
    const y = TOP + i * ROW;
    const [from, to] = [Number(x(Math.min(ratio, 1))), Number(x(Math.max(ratio, 1)))];
    const end = Math.max(to, Number(x(goal))) + 6;
    return `
  <text x="${LABELS - 12}" y="${y + 10}" text-anchor="end">${escaped(id)}</text>
  <text x="${LABELS - 12}" y="${y + 22}" class="small" text-anchor="end">against ${escaped(rival)}</text>
  <rect x="${from}" y="${y + 3}" width="${Math.max(to - from, 1).toFixed(1)}" height="15" rx="2" class="${met ? 'met' : 'missed'}"/>
  <line x1="${x(goal)}" x2="${x(goal)}" y1="${y - 1}" y2="${y + 22}" class="goal"/>
  <text x="${end}" y="${y + 15}" class="value">${formatRatio(ratio)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Time of edge-infer as a multiple of its rivals' time">
  <style>
    text { font: 12px system-ui, sans-serif; fill: #1f2328; }
    .small { font-size: 10px; fill: #59636e; }
    .value { font-weight: 600; }
    .title { font-size: 15px; font-weight: 600; }
    .met { fill: #2da44e; }
    .missed { fill: #d4722b; }
    .tick { stroke: #d1d9e0; }
    .one { stroke: #59636e; }
    .goal { stroke: #0969da; stroke-width: 2.5; }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc; }
      .small { fill: #9198a1; }
      .tick { stroke: #3d444d; }
      .one { stroke: #9198a1; }
      .met { fill: #3fb950; }
      .missed { fill: #f0883e; }
      .goal { stroke: #58a6ff; }
    }
  </style>
  <text x="12" y="22" class="title">Time of edge-infer as a multiple of its rivals' time</text>
  <text x="12" y="40" class="small">Left of 1 x is faster. The blue line is the goal; orange bars miss it. Logarithmic scale. ${escaped(report.date)}, ${escaped(report.machine.cpu)}.</text>${ticks.join('')}${rows.join('')}
</svg>
`;
}
