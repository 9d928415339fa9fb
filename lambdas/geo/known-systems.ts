import { MARK } from '../../core/event/table.ts';

/**
 * Autonomous systems whose kind is known: `ASN name`, the name as the table of 2026-06-17 has it. Each was put here by
 * hand, for what its operator itself says that it sells: servers for rent to anyone (hosting), access by satellite, or
 * one address announced from many places (anycast: the root servers as root-servers.org lists them, public resolvers
 * and DNS or web delivery networks that are anycast as a whole). A system that is not here may be any of it.
 */
const LINES = {
  hosting: `
16509 Amazon.com, Inc.
14618 Amazon.com, Inc.
8987 Amazon Data Services Ireland Ltd
396982 Google LLC (Google Cloud)
8075 Microsoft Corporation (Azure)
31898 Oracle Corporation
36351 IBM Cloud
45102 Alibaba (US) Technology Co., Ltd.
37963 Hangzhou Alibaba Advertising Co.,Ltd.
132203 Shenzhen Tencent Computer Systems Company Limited
45090 Shenzhen Tencent Computer Systems Company Limited
136907 HUAWEI INTERNATIONAL PTE. LTD.
55990 Huawei Cloud Service data center
135377 UCLOUD INFORMATION TECHNOLOGY (HK) LIMITED
200350 Yandex.Cloud LLC
14061 DigitalOcean, LLC
16276 OVH SAS
24940 Hetzner Online GmbH
213230 Hetzner Online GmbH
212317 Hetzner Online GmbH
63949 Akamai Technologies, Inc. (Linode)
20473 The Constant Company, LLC (Vultr)
60781 LeaseWeb Netherlands B.V.
28753 Leaseweb Deutschland GmbH
30633 Leaseweb USA, Inc.
12876 Scaleway SAS
51167 Contabo GmbH
40021 Contabo Inc.
8560 IONOS SE
26496 GoDaddy.com, LLC
398101 GoDaddy.com, LLC
9009 M247 Europe SRL
33070 Rackspace Hosting
19994 Rackspace Hosting
27357 Rackspace Hosting
36007 Kamatera, Inc.
202053 UpCloud Ltd
25697 UpCloud USA Inc
47583 Hostinger International Limited
197540 netcup GmbH
26347 New Dream Network, LLC (DreamHost)
22612 Namecheap, Inc.
36352 HostPapa (ColoCrossing)
8100 QuadraNet Enterprises LLC
40676 Psychz Networks
60068 Datacamp Limited
212238 Datacamp Limited
30058 FDCservers.net
49505 JSC Selectel
9123 JSC "TIMEWEB"
29802 HIVELOCITY, Inc.
55286 B2 Net Solutions Inc. (ServerMania)
49981 WorldStream B.V.
51396 Pfcloud UG (haftungsbeschrankt)
19318 Interserver, Inc
32244 Liquid Web, L.L.C
53824 Liquid Web, L.L.C
16125 UAB Cherry Servers
54825 Packet Host, Inc.
199524 G-Core Labs S.A.
202422 G-Core Labs S.A.
40509 Fly.io, Inc.
53667 FranTech Solutions
62240 Clouvider Limited
202425 IP Volume inc
`,
  satellite: `
14593 Space Exploration Technologies Corporation (Starlink)
6621 Hughes Network Systems, LLC
7155 ViaSat,Inc.
40306 ViaSat,Inc.
40311 ViaSat,Inc.
800 OneWeb
31515 Inmarsat Global Limited
22351 INTELSAT GLOBAL SERVICE CORPORATION
60725 SES ASTRA S.A. (O3b)
`,
  anycast: `
26415 VeriSign Global Registry Services (A and J root)
394353 B.Root-Server-OPS (B root)
2149 Cogent Communications (C root)
10886 University of Maryland (D root)
21556 National Aeronautics and Space Administration (E root)
3557 Internet Systems Consortium, Inc. (F root)
5927 DoD Network Information Center (G root)
1508 Headquarters, USAISC (H root)
29216 Netnod AB (I root)
25152 Reseaux IP Europeens Network Coordination Centre (RIPE NCC) (K root)
20144 ICANN (L root)
7500 WIDE Project (M root)
112 DNS-OARC (AS112 project)
42 WoodyNet, Inc. (Packet Clearing House)
12008 Vercara, LLC (UltraDNS)
12041 Afilias, Inc.
16552 Tiggee LLC (DNS Made Easy)
203391 Cloud DNS Ltd (ClouDNS)
13335 Cloudflare, Inc.
19281 Quad9
36692 Cisco OpenDNS, LLC
34939 nextdns, Inc.
212772 AdGuard Software Limited
19551 Incapsula Inc
`,
} as const;

const MARKS: ReadonlyMap<number, number> = new Map(
  (['hosting', 'satellite', 'anycast'] as const).flatMap((mark) =>
    LINES[mark]
      .trim()
      .split('\n')
      .map((line): [number, number] => [Number.parseInt(line, 10), MARK[mark]]),
  ),
);

/** Bits of MARK that a system is known for, whichever of its addresses it is; 0 says only that nothing is known. */
export function marksOfSystem(asn: number): number {
  return MARKS.get(asn) ?? 0;
}
