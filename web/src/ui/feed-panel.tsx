// biome-ignore-all lint/a11y/useSemanticElements: a virtual table positions its rows, which <tr> and <td> cannot be
// biome-ignore-all lint/a11y/useFocusableInteractive: rows are read, not operated; the scroller around them takes the focus
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Feed } from '../model/feed.ts';
import { type ViewState, viewState } from '../model/view-state.ts';
import { FeedRow } from './feed-row.tsx';
import { feedWindow } from './feed-window.ts';
import { number, plural } from './words.ts';

const COLUMNS = [
  ['time', 'Time'],
  ['service', 'Service'],
  ['severity', 'Severity'],
  ['source', 'Source'],
  ['target', 'Destination'],
  ['protocol', 'Proto'],
  ['packets', 'Packets'],
  ['bytes', 'Bytes'],
  ['state', 'State'],
  ['site', 'Sensor'],
] as const;

function Head(): JSX.Element {
  return (
    <div role="row" class="feed-row feed-head" aria-rowindex={1}>
      {COLUMNS.map(([name, label]) => (
        <span role="columnheader" class={name} key={name}>
          {label}
        </span>
      ))}
    </div>
  );
}

/** What became of every row received: the sum always holds. */
function Accounts({ state }: { readonly state: ViewState }): JSX.Element {
  const { received, drawn, folded, filtered } = state.drawn;
  const waiting = received - drawn - folded - filtered;
  return (
    <span
      class="accounts quiet"
      title="Rows received = drawn as arcs + folded into traces and totals + filtered (left out by the filter, hidden, without a location, the bare end of a connection, or none) + waiting for their moment"
    >
      {number(received)} rows: {number(drawn)} drawn, {number(folded)} folded, {number(filtered)}{' '}
      filtered, {number(waiting)} waiting
    </span>
  );
}

/** A feed without lines says why, when it is the filter. */
function NothingFits({ state }: { readonly state: ViewState }): JSX.Element | null {
  if (state.filter === '' || state.held.filtered === 0) return null;
  return (
    <p class="feed-none">
      None of the {number(state.held.filtered)} rows held fits the filter {state.filter}
    </p>
  );
}

/** More new lines than this replace what is seen and do not slide. */
const SLIDE_ROWS = 8;
const STILL = matchMedia('(prefers-reduced-motion: reduce)');

interface Scroll {
  readonly top: number;
  readonly height: number;
  readonly rowPx: number;
}

function useScroll(): {
  readonly body: { current: HTMLDivElement | null };
  readonly scroll: Scroll;
  readonly measure: () => void;
} {
  const body = useRef<HTMLDivElement | null>(null);
  const [scroll, setScroll] = useState<Scroll>({ top: 0, height: 200, rowPx: 26 });
  const measure = (): void => {
    const element = body.current;
    if (!element) return;
    const rowPx = Number.parseFloat(getComputedStyle(element).getPropertyValue('--row')) || 26;
    setScroll({ top: element.scrollTop, height: element.clientHeight, rowPx });
  };
  useEffect(() => {
    const observer = new ResizeObserver(measure);
    if (body.current) observer.observe(body.current);
    return () => observer.disconnect();
  }, []);
  return { body, scroll, measure };
}

/** Lets new lines push the others down by whole rows, unless too many came at once to see. */
function useSlide(newest: number, rowPx: number): { current: HTMLDivElement | null } {
  const rows = useRef<HTMLDivElement | null>(null);
  const before = useRef(newest);
  useLayoutEffect(() => {
    const came = newest - before.current;
    before.current = newest;
    if (came < 1 || came > SLIDE_ROWS || STILL.matches) return;
    const from = { transform: `translateY(${-came * rowPx}px)` };
    rows.current?.animate([from, { transform: 'none' }], { duration: 200, easing: 'ease-out' });
  }, [newest, rowPx]);
  return rows;
}

/** The live feed: newest on top, held still while it is being read. */
export function FeedPanel({ feed }: { readonly feed: Feed }): JSX.Element {
  const state = viewState.value;
  const { body, scroll, measure } = useScroll();
  const [hovered, setHovered] = useState(false);
  const held = useRef<number | undefined>(undefined);
  const reading = hovered || scroll.top > 0;
  if (!reading) held.current = undefined;
  else held.current ??= feed.added;
  const newest = held.current ?? feed.added;
  const oldest = Math.max(0, feed.added - feed.length);
  const count = Math.max(0, newest - oldest);
  const view = feedWindow(count, {
    rowPx: scroll.rowPx,
    scrollTop: scroll.top,
    height: scroll.height,
  });
  const slide = useSlide(newest, scroll.rowPx);
  const resume = (): void => {
    setHovered(false);
    body.current?.scrollTo({ top: 0 });
  };
  const rows = [];
  for (let index = view.first; index < view.end; index++) {
    const line = feed.line(newest - index);
    if (line)
      rows.push(
        <FeedRow
          key={line.id}
          line={line}
          index={index}
          top={index * scroll.rowPx}
          now={state?.now ?? 0}
        />,
      );
  }
  return (
    <section class="feed" aria-label="Live feed">
      <div class="feed-bar">
        <h2>Live feed</h2>
        {reading && feed.added > newest ? (
          <button type="button" class="resume" onClick={resume}>
            Paused, {plural(feed.added - newest, 'new line', 'new lines')}
          </button>
        ) : (
          <span class="quiet">{reading ? 'Paused while you read' : ''}</span>
        )}
        {state && <Accounts state={state} />}
      </div>
      <div
        role="table"
        aria-label="Connections, newest first"
        aria-rowcount={count + 1}
        class="feed-table"
      >
        <Head />
        <div
          ref={body}
          role="rowgroup"
          class="feed-body"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller must be reachable by keyboard
          tabIndex={0}
          onScroll={measure}
          onPointerEnter={(event) => setHovered(event.pointerType === 'mouse')}
          onPointerLeave={() => setHovered(false)}
        >
          {count === 0 && state && <NothingFits state={state} />}
          <div ref={slide} class="feed-rows" style={{ height: `${view.height}px` }}>
            {rows}
          </div>
        </div>
      </div>
    </section>
  );
}
