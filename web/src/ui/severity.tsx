// biome-ignore-all lint/a11y/useSemanticElements: a virtual table positions its rows, which <tr> and <td> cannot be
import type { JSX } from 'preact';
import { severityOfBits } from '../../../core/classify/severity.ts';
import { SEVERITY_NAMES } from '../../../core/classify/severity-reasons.ts';

const RINGS = [5.2, 3.4, 1.6];

/** How grave a line is: more rings the graver, filled when it is critical; the reasons are in its title. */
export function Severity({ reasons }: { readonly reasons: number }): JSX.Element {
  const { level, reasons: told } = severityOfBits(reasons);
  const name = SEVERITY_NAMES[level];
  return (
    <span
      role="cell"
      class={`severity severity-${name}`}
      title={told.map(({ label }) => label).join('. ')}
    >
      {level > 0 && (
        <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
          {RINGS.slice(-Math.min(level, RINGS.length)).map((radius, index) => (
            <circle
              key={radius}
              cx="6"
              cy="6"
              r={radius}
              fill={
                level === 4 || index === Math.min(level, RINGS.length) - 1 ? 'currentColor' : 'none'
              }
              stroke="currentColor"
              stroke-width="1"
            />
          ))}
        </svg>
      )}
      {level > 0 && name}
    </span>
  );
}
