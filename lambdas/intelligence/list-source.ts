import type { ListFormat } from './parse-list.ts';

/** One intelligence list of the operator's: compiled into the bundle, or fetched. */
export interface ListSource extends ListFormat {
  /** What endpoints on it are marked with. */
  readonly name: string;
  /** The public may know the name. */
  readonly public: boolean;
  /** Path of the compiled list; '' for a list that is fetched. */
  readonly file: string;
  /** https address; '' for a list in a file. */
  readonly url: string;
}

/** Checks the lists that the bundle names. Throws an error that names the one that is wrong. */
export function parseListSources(value: unknown): readonly ListSource[] {
  if (!Array.isArray(value))
    throw new Error('The intelligence lists are not a list: deploy again.');
  return value.map((entry: unknown, index) => {
    const fields: Readonly<Record<string, unknown>> =
      typeof entry === 'object' && entry !== null ? { ...entry } : {};
    const { name, file = '', url = '', format = 'plain', column = '', confidence = 0 } = fields;
    const { public: isPublic = false } = fields;
    if (
      typeof name !== 'string' ||
      typeof file !== 'string' ||
      typeof url !== 'string' ||
      (file === '') === (url === '') ||
      (format !== 'plain' && format !== 'csv' && format !== 'stix') ||
      typeof column !== 'string' ||
      typeof confidence !== 'number' ||
      typeof isPublic !== 'boolean'
    ) {
      throw new Error(
        `Intelligence list ${index} is not {name, file or url, format?, column?, confidence?, public?}: deploy again.`,
      );
    }
    return { name, file, url, format, column, confidence, public: isPublic };
  });
}
