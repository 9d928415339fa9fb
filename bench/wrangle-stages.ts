import type { Profiler } from 'node:inspector';

/** A stage's name by the function below which its work is done; where several are on the stack, the innermost counts. */
const STAGES: Readonly<Record<string, string>> = {
  openBatch: 'open',
  eventsOf: 'decode',
  enrich: 'enrich',
  locate: 'locate',
  assemble: 'assemble',
  redact: 'redact',
  encodeInSections: 'encode',
  makePatch: 'patch',
  deflateBody: 'deflate',
  '(garbage collector)': 'garbage',
  '(idle)': 'idle',
};

/** Milliseconds of CPU by stage in a profile; what belongs to none is `rest`. */
export function stagesOf({
  nodes,
  samples = [],
  timeDeltas = [],
}: Profiler.Profile): Record<string, number> {
  const parents = new Map<number, number>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  for (const node of nodes) for (const child of node.children ?? []) parents.set(child, node.id);
  const stageOf = (id: number | undefined): string => {
    for (let at = id; at !== undefined; at = parents.get(at)) {
      // A bundle numbers functions that have one name.
      const name = byId.get(at)?.callFrame.functionName.replace(/\d+$/, '');
      const stage = STAGES[name ?? ''];
      if (stage !== undefined) return stage;
    }
    return 'rest';
  };
  const known = new Map(nodes.map(({ id }) => [id, stageOf(id)]));
  const sums: Record<string, number> = {};
  samples.forEach((id, i) => {
    const stage = known.get(id) ?? 'rest';
    sums[stage] = (sums[stage] ?? 0) + (timeDeltas[i] ?? 0) / 1000;
  });
  return sums;
}
