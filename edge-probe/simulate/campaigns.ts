import { reflection, udpFlood } from './floods.ts';
import { horizontalScan, icmpSweep, sipScan, verticalScan } from './scans.ts';
import type { CampaignKind } from './strike.ts';
import { TALKING_CAMPAIGNS } from './talking.ts';

/** Every kind of campaign that comes and goes. */
export const CAMPAIGNS: readonly CampaignKind[] = [
  verticalScan,
  horizontalScan,
  icmpSweep,
  sipScan,
  udpFlood,
  reflection,
  ...TALKING_CAMPAIGNS,
];
