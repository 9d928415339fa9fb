import './styles/fonts.css';
import './styles/base.css';
import './styles/panels.css';
import './styles/filter.css';
import './styles/notices.css';
import './styles/feed.css';
import './styles/phone.css';
import { effect } from '@preact/signals';
import { h, render } from 'preact';
import { loadConfig, type SiteConfig } from './config.ts';
import { ArcLayer } from './gl/arc-layer.ts';
import { hasWebgl2, openSurface } from './map/open-surface.ts';
import type { MapSurface } from './map/surface.ts';
import {
  addressWithFilter,
  chooseFilter,
  chosenFilter,
  filterDraft,
  filterFault,
  filterInAddress,
} from './model/chosen-filter.ts';
import { muted } from './model/selection.ts';
import { Session } from './model/session.ts';
import { type TestHook, testHook } from './model/test-hook.ts';
import { startTheme, theme } from './model/theme.ts';
import { viewOf, viewState } from './model/view-state.ts';
import type { SocketLike } from './socket/connection.ts';
import { forgetOperatorToken, takeOperatorToken } from './socket/operator-token.ts';
import { App, engine, mapTrouble } from './ui/app.tsx';
import { framing } from './ui/framing.ts';
import { lookSource } from './ui/look.ts';
import { startMapOnlyKeys } from './ui/map-only.ts';
import { Markers } from './ui/markers.ts';
import { sheetStop } from './ui/sheet.tsx';

declare global {
  interface Window {
    /** For end-to-end tests and the curious; see model/test-hook.ts. */
    skirmish?: TestHook;
  }
}

/** Panels follow the state at most this often. */
const PUBLISH_MS = 250;

const NO_WEBGL =
  'This browser gave no WebGL2 context. Turn hardware acceleration on, or open the page in another browser.';

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`#${id} is missing from index.html`);
  return found;
}

function makeSession({ api, socket, delayMs }: SiteConfig): Session {
  let token = takeOperatorToken(location, sessionStorage, (address) =>
    history.replaceState(null, '', address),
  );
  return new Session({
    api,
    delayMs,
    open: () => new WebSocket(socket) as SocketLike,
    token: () => token,
    refuseToken: () => {
      token = undefined;
      forgetOperatorToken(sessionStorage);
    },
    hidden: () => document.hidden,
    draws: () => engine.peek() !== undefined,
    mutes: (serviceClass) => muted.value.has(serviceClass),
    now: Date.now,
    monotonic: () => performance.now(),
  });
}

async function openMap(session: Session, mapboxToken: string): Promise<MapSurface | undefined> {
  if (!hasWebgl2()) {
    mapTrouble.value = NO_WEBGL;
    return undefined;
  }
  const container = element('map');
  const surface = await openSurface({ container, theme: theme.value, token: mapboxToken });
  const frame = (): void => {
    const { box, insets } = framing({ width: innerWidth, height: innerHeight });
    surface.fit(box, insets);
  };
  frame();
  let framed = { width: innerWidth, height: innerHeight };
  addEventListener('resize', () => {
    // A phone's address bar comes and goes: that is no reason to move the map.
    if (innerWidth === framed.width && Math.abs(innerHeight - framed.height) < 120) return;
    framed = { width: innerWidth, height: innerHeight };
    frame();
  });
  effect(() => {
    document.documentElement.dataset['stop'] = sheetStop.value;
    requestAnimationFrame(() => {
      surface.resize();
      frame();
    });
  });
  const look = lookSource(Date.now);
  const seconds = (): number => performance.now() / 1000;
  surface.addLayer(new ArcLayer(session.field, { look, seconds }));
  effect(() => surface.setTheme(theme.value));
  effect(() => {
    look();
    surface.requestFrame();
  });
  engine.value = surface.engine;
  return surface;
}

/** Draws every animation frame while something moves, twice a second while traces fade. */
function animate(session: Session, surface: MapSurface | undefined): void {
  let last = performance.now();
  let drawn = 0;
  const step = (now: number): void => {
    session.pump();
    const activity = session.field.activity(now / 1000);
    if (activity === 'moving') session.field.frame(now - last);
    last = now;
    if (surface && (activity === 'moving' || (activity === 'fading' && now - drawn > 500))) {
      drawn = now;
      surface.requestFrame();
    }
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
  // Hidden pages get no animation frames; what arrives is folded and counted all the same.
  setInterval(() => {
    if (document.hidden) session.pump();
  }, 1_000);
}

function publish(session: Session, markers: Markers | undefined): void {
  let sites = 0;
  const tick = (): void => {
    if (!document.hidden) viewState.value = viewOf(session);
    if (markers && session.sites.all.length !== sites) {
      sites = session.sites.all.length;
      markers.show(session.sites.all);
    }
  };
  tick();
  setInterval(tick, PUBLISH_MS);
}

/** The address names the filter, and its changes change what is shown. */
function followFilter(session: Session): void {
  chooseFilter(filterInAddress(location.href));
  addEventListener('popstate', () => chooseFilter(filterInAddress(location.href)));
  effect(() => {
    const filter = chosenFilter.value;
    // A draft that cannot be read stays in the address it came with.
    if (filterFault.peek() === undefined) {
      const text = filter.text === '' ? '' : filterDraft.peek().trim();
      const address = addressWithFilter(location.href, text);
      if (address !== location.href) history.replaceState(null, '', address);
    }
    void session.setFilter(filter);
  });
}

async function main(): Promise<void> {
  startTheme();
  startMapOnlyKeys();
  const config = await loadConfig(new URL(location.href));
  document.title = config.title;
  const session = makeSession(config);
  window.skirmish = testHook(session);
  const { feed, vocabulary } = session;
  render(h(App, { title: config.title, feed, vocabulary }), element('app'));
  followFilter(session);
  void session.start();
  let surface: MapSurface | undefined;
  try {
    surface = await openMap(session, config.mapboxToken);
  } catch (error) {
    mapTrouble.value = String(error);
  }
  animate(session, surface);
  publish(session, surface && new Markers(element('map'), surface));
}

main().catch((error: unknown) => {
  const words = document.createElement('p');
  words.className = 'failure';
  words.textContent = `Skirmish could not start: ${String(error)}. Reload the page; if it happens again, look at /config.json.`;
  document.body.append(words);
});
