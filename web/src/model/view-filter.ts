import type { Rendering } from '../../../core/event/table.ts';
import { type CompiledFilter, compileFilter } from '../../../core/filter/compile.ts';
import { type Filter, NO_FILTER } from '../../../core/filter/filter.ts';
import { filterRendering } from '../../../core/filter/filter-rendering.ts';
import type { FrameMessage } from '../../../core/frame/messages.ts';

/** A filter over everything a page shows, whoever runs it: the server over frames, the page over the rest. */
export class ViewFilter {
  /** Canonical text; '' lets everything through. */
  readonly text: string;
  readonly #compiled: CompiledFilter | undefined;

  constructor(filter: Filter = NO_FILTER) {
    this.text = filter.text;
    this.#compiled = filter.text === '' ? undefined : compileFilter(filter);
  }

  /**
   * A frame as it can be used. Every row of the audience will do; what was made with another filter, or folded before it
   * was filtered, is not taken, and its segments are fetched.
   */
  usable(frame: FrameMessage): FrameMessage {
    const made = frame.filter ?? '';
    if (made === this.text || (made === '' && frame.digest !== true)) return frame;
    return { ...frame, parts: [] };
  }

  /**
   * What of a rendering is shown; `made` is the filter it was made with. What the server has filtered stays as it is:
   * rows that it folded since do not say any more what they were asked.
   */
  apply(rendering: Rendering, made = ''): Rendering {
    if (this.#compiled === undefined || made === this.text) return rendering;
    return filterRendering(rendering, this.#compiled);
  }
}
