/** One metric and its values. Names and labels are our own words; values of labels may be anything. */
export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Metrics as Prometheus reads them: https://prometheus.io/docs/instrumenting/exposition_formats/ (text format 0.0.4). */
export function exposition(families: readonly Family[]): string {
  return families.map(familyText).join('');
}

/** A metric of one value without labels. */
export function single(
  type: Family['type'],
  name: string,
  help: string,
  value: number | undefined,
): readonly Family[] {
  return value === undefined ? [] : [{ name, type, help, samples: [{ labels: {}, value }] }];
}

/** A counter with a value for each reason. */
export function byReason(
  name: string,
  help: string,
  counts: Readonly<Record<string, number>>,
): Family {
  const samples = Object.entries(counts).map(([reason, value]) => ({ labels: { reason }, value }));
  return { name, type: 'counter', help, samples };
}

function familyText({ name, type, help, samples }: Family): string {
  const lines = samples.map(({ labels, value }) => `${name}${labelsText(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function labelsText(labels: Sample['labels']): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
