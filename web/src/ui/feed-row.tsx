// biome-ignore-all lint/a11y/useSemanticElements: a virtual table positions its rows, which <tr> and <td> cannot be
// biome-ignore-all lint/a11y/useFocusableInteractive: rows are read, not operated; the scroller around them takes the focus
import type { JSX } from 'preact';
import type { RowEnd } from '../../../core/event/row.ts';
import type { FeedLine } from '../model/feed.ts';
import { Glyph } from './glyph.tsx';
import { Severity } from './severity.tsx';
import {
  byteText,
  countryName,
  evidenceText,
  foldedStateText,
  marksOf,
  methodText,
  number,
  samplingWords,
  stateText,
  techniqueOf,
  timeText,
} from './words.ts';

/** ICMP has types where others have ports. */
const PORTLESS: ReadonlySet<string> = new Set(['icmp', 'icmp6']);

function endText({ label, port }: RowEnd, protocol: string): string {
  if (port === 0 || PORTLESS.has(protocol)) return label;
  return label.includes(':') ? `[${label}]:${port}` : `${label}:${port}`;
}

function placeTitle({ place, label }: RowEnd): string {
  const where = [place.city, countryName(place.country)].filter(Boolean).join(', ');
  const how = {
    geo: 'registered or located in',
    site: 'at the site',
    network: 'in the network table as',
    unknown: '',
  };
  if (place.how === 'unknown') return `${label || 'Not told'}: no location known`;
  const accuracy = place.accuracyKm > 0 ? `, within ${place.accuracyKm} km` : '';
  return `${label || 'Not told'}: ${how[place.how]} ${where || 'this place'}${accuracy}`;
}

/** Who announces an end, what kind of network that is, and who has it on a list. */
function networkTitle({ system, marks, listed }: RowEnd): string {
  const announced =
    system.asn === 0 ? [] : [`announced by AS${system.asn} ${system.organisation}`.trim()];
  const kinds = marksOf(marks);
  return [
    ...announced,
    ...(kinds.length > 0 ? [`known as ${kinds.join(', ')}`] : []),
    ...(listed === '' ? [] : [`on the lists ${listed}`]),
  ]
    .map((words) => `; ${words}`)
    .join('');
}

function End({ end, protocol }: { readonly end: RowEnd; readonly protocol: string }): JSX.Element {
  return (
    <span class="end" title={`${placeTitle(end)}${networkTitle(end)}`}>
      {end.place.country && <span class="country">{end.place.country}</span>}
      {end.label === '' ? (
        <span class="org">{countryName(end.place.country)}</span>
      ) : (
        <span class="address">{endText(end, protocol)}</span>
      )}
      {end.listed !== '' && <span class="network-mark listed">listed</span>}
      {marksOf(end.marks).map((mark) => (
        <span class="network-mark" key={mark}>
          {mark}
        </span>
      ))}
      {end.system.organisation !== '' && <span class="org">{end.system.organisation}</span>}
    </span>
  );
}

function Service({ line }: { readonly line: FeedLine }): JSX.Element {
  const { row } = line;
  return (
    <span role="cell" class="service">
      <Glyph serviceClass={line.serviceClass} />
      <span class="service-name">{row.service.label}</span>
      {row.folded > 0 && (
        <span class="times" title={`${number(1 + row.folded)} connections alike, told as one`}>
          × {number(1 + row.folded)}
        </span>
      )}
      <span class="how" title="How the service was told, and how sure that is">
        {methodText(row.method, row.confidence)}
      </span>
    </span>
  );
}

function Finding({ line }: { readonly line: FeedLine }): JSX.Element {
  const { row } = line;
  const technique = techniqueOf(row);
  const title = technique ? `MITRE ATT&CK ${technique.id}: ${technique.name}` : '';
  return (
    <span role="cell" class="service" title={title}>
      <Glyph serviceClass={line.serviceClass} />
      <span class="service-name">
        {row.behaviour.label}
        {row.service.id > 0 && `, ${row.service.label}`}
      </span>
      <span class="how">
        {technique?.id} {row.confidence} %
      </span>
    </span>
  );
}

/** What a connection carried and how it stands, or what a finding rests on. */
function Measures({ line }: { readonly line: FeedLine }): JSX.Element {
  const { row } = line;
  const state = row.folded > 0 ? foldedStateText(line.state) : stateText(line.state);
  const found = row.kind === 'finding';
  return (
    <>
      <span role="cell" class="packets">
        {found ? '' : number(line.packets)}
      </span>
      <span role="cell" class="bytes">
        {found ? '' : byteText(line.bytes)}
      </span>
      <span role="cell" class="state" title={found ? '' : state.long}>
        {found ? evidenceText(row) : state.short}
      </span>
    </>
  );
}

function Site({ tag }: Pick<FeedLine['row'], 'tag'>): JSX.Element {
  const sampled = tag.sampling > 1;
  return (
    <span
      role="cell"
      class="site"
      title={sampled ? `${tag.site}, ${samplingWords(tag.sampling)}` : ''}
    >
      {tag.site}
      {sampled && ` 1:${number(tag.sampling)}`}
    </span>
  );
}

/** One line of the feed. Every text is a text node. */
export function FeedRow(props: {
  readonly line: FeedLine;
  readonly top: number;
  readonly index: number;
  readonly now: number;
}): JSX.Element {
  const { line, top, index, now } = props;
  const { row } = line;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      class="feed-row"
      style={{ transform: `translateY(${top}px)` }}
    >
      <span role="cell" class="time" title={new Date(row.time).toISOString()}>
        {timeText(row.time, now)}
      </span>
      {row.kind === 'finding' ? <Finding line={line} /> : <Service line={line} />}
      <Severity reasons={line.reasons} />
      <span role="cell" class="source">
        <End end={row.initiator} protocol={row.protocolName} />
      </span>
      <span role="cell" class="target">
        <End end={row.responder} protocol={row.protocolName} />
      </span>
      <span role="cell" class="protocol">
        {row.protocolName}
      </span>
      <Measures line={line} />
      <Site tag={row.tag} />
    </div>
  );
}
