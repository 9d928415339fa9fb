import type { CellCounts } from '../../core/redact/cells.ts';
import { type Networks, parseCidrs, publicCidr } from '../../core/redact/network.ts';
import type { Keyed, Point, PublicPolicy, PublicSources } from '../../core/redact/policy.ts';
import { sitePoint } from '../../core/redact/site-point.ts';
import type { PublicKey } from '../aws/public-key.ts';
import type { ListSource } from '../intelligence/list-source.ts';
import { keyedBy } from './keyed.ts';
import type { NetworkEntry } from './network-table.ts';
import type { Registry } from './sensor.ts';

/** What the operator chose for the public. */
export interface PublicSettings {
  readonly sources: PublicSources;
  /** Traffic between hosts inside is published too. */
  readonly internal: boolean;
  /** Among how many networks of the geo database a sensor is hidden, at least. */
  readonly cellNetworks: number;
}

/** What a policy is made of. */
export interface PolicyPorts {
  readonly registry: Registry;
  readonly publicKey: PublicKey;
  /** The operator's own networks. */
  readonly networks: readonly NetworkEntry[];
  /** The operator's intelligence lists. */
  readonly lists?: readonly Pick<ListSource, 'name' | 'public'>[];
  /** How many networks lie where; undefined where no database tells. */
  readonly cells: CellCounts | undefined;
}

/**
 * The policy of each segment by its time, ms. It fails when the key or the registry cannot be read: then nothing may be
 * published, and the records come again.
 */
export function publicPolicyOf(
  settings: PublicSettings,
  { registry, publicKey, networks, lists = [], cells }: PolicyPorts,
): (at: number) => Promise<PublicPolicy> {
  const own = parseCidrs(networks.map(({ cidr }) => publicCidr(cidr)));
  if (!own.ok) throw new Error(`The network table is wrong: ${own.detail}.`);
  const publicLists = new Set(lists.filter((list) => list.public).map(({ name }) => name));
  let keyed: Keyed | undefined;
  return async (at) => {
    const all = await registry.all();
    keyed ??= keyedBy(await publicKey.secret());
    const hiding = { keyed, networks: cells, least: settings.cellNetworks };
    return {
      sources: settings.sources,
      internal: settings.internal,
      hidden: either(all.homes, own.value),
      publicLists,
      pairs: all.sensors > 1,
      keyed,
      point: ({ probe, site, lat, lon }): Point =>
        all.shownAt.get(probe) ?? sitePoint(site, { lat, lon }, hiding),
      at,
    };
  };
}

function either(homes: Networks, own: Networks): Pick<Networks, 'has'> {
  return { has: (address) => homes.has(address) || own.has(address) };
}
