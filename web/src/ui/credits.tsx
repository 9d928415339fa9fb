import type { JSX } from 'preact';

/** Whose data and whose engine this is; on the map in every mode. */
export function Credits({
  engine,
}: {
  readonly engine: { readonly name: string; readonly version: string } | undefined;
}): JSX.Element {
  return (
    <footer class="credits">
      <a href="https://db-ip.com" rel="noopener" target="_blank">
        IP Geolocation by DB-IP
      </a>
      <a
        href="https://www.routeviews.org"
        rel="noopener"
        target="_blank"
        title="Autonomous systems: ip-location-db, of data by Route Views, DB-IP and the NRO (nro.net), CC BY 4.0"
      >
        Route Views
      </a>
      <a href="https://www.naturalearthdata.com" rel="noopener" target="_blank">
        Natural Earth
      </a>
      {engine && <span title={`Map engine: ${engine.name} ${engine.version}`}>{engine.name}</span>}
    </footer>
  );
}

/** What a place on this map means, in plain sight. */
export function Note(): JSX.Element {
  return <p class="note">A source is where an address is registered or located, not who did it.</p>;
}
