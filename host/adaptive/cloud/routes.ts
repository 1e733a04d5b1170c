/** What is sent, by what each way is expected to take. */
import type { CardDtype, ModelCard } from '../../models/card.js';
import type { LinkEstimate } from './link_estimate.js';
import type { SplitModel } from './split_model.js';

/** What is sent; `local_tail`: nothing, the second part of the model runs here. */
export type Route = 'tensor' | 'picture' | 'features' | 'local_tail';

/** What the choice is made of. */
export interface RouteFacts {
  send: 'tensor' | 'picture';
  link: LinkEstimate;
  /** Whether the server may be asked. */
  network: boolean;
  pictureBytes: number;
  /** Of the server's model. */
  card: ModelCard;
  split: SplitModel | undefined;
}

const ELEMENT_BYTES: Readonly<Record<CardDtype, number>> = { f32: 4, f16: 2, u8: 1, i8: 1, i32: 4, i64: 8 };

/** Expected milliseconds of each way that there is. */
export function routeCosts(facts: RouteFacts): Partial<Record<Route, number>> {
  const { send, link, network, split } = facts;
  const costs: Partial<Record<Route, number>> = {};
  if (network) costs[send] = link.expected(send === 'picture' ? facts.pictureBytes : tensorBytes(facts.card));
  if (split === undefined) return costs;
  // Features whose size is not known yet are taken to be none: the first ones tell.
  if (network) costs.features = split.head_ms + link.expected(split.bytes ?? 0);
  if (split.parts.tail !== undefined) costs.local_tail = split.head_ms + split.tail_ms;
  return costs;
}

/** The way that is expected to be the fastest. */
export function cheapestRoute(costs: Partial<Record<Route, number>>): Route | undefined {
  let best: Route | undefined;
  for (const route of Object.keys(costs) as Route[]) {
    if (best === undefined || (costs[route] ?? 0) < (costs[best] ?? 0)) best = route;
  }
  return best;
}

function tensorBytes({ input }: ModelCard): number {
  const [first] = [input].flat();
  const elements = first?.shape.reduce((product, side) => product * side, 1) ?? 0;
  return elements * ELEMENT_BYTES[first?.dtype ?? 'f32'];
}
