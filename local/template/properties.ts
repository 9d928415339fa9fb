import { isObject, type Json, type JsonObject } from './json.ts';
import { TemplateError } from './template-error.ts';

/** Typed reading of a resource's resolved properties; what is wrong is said with the path to it. */
export class Properties {
  readonly json: JsonObject;
  readonly #where: string;

  constructor(json: JsonObject, where: string) {
    this.json = json;
    this.#where = where;
  }

  has(name: string): boolean {
    return this.json[name] !== undefined;
  }

  text(name: string): string {
    const value = this.json[name];
    if (typeof value !== 'string') throw this.wrong(name, 'text');
    return value;
  }

  textOr(name: string, fallback: string): string {
    return this.has(name) ? this.text(name) : fallback;
  }

  /** CloudFormation also takes numbers written as text. */
  numberOr(name: string, fallback: number): number {
    if (!this.has(name)) return fallback;
    const value = Number(this.json[name]);
    if (!Number.isFinite(value)) throw this.wrong(name, 'a number');
    return value;
  }

  booleanOr(name: string, fallback: boolean): boolean {
    if (!this.has(name)) return fallback;
    return this.json[name] === true || this.json[name] === 'true';
  }

  object(name: string): Properties {
    const value = this.json[name];
    if (!isObject(value)) throw this.wrong(name, 'an object');
    return new Properties(value, `${this.#where}.${name}`);
  }

  objectOr(name: string): Properties {
    return this.has(name) ? this.object(name) : new Properties({}, `${this.#where}.${name}`);
  }

  list(name: string): readonly Json[] {
    const value = this.json[name] ?? [];
    if (!Array.isArray(value)) throw this.wrong(name, 'a list');
    return value;
  }

  texts(name: string): readonly string[] {
    return this.list(name).map((item) => {
      if (typeof item !== 'string') throw this.wrong(name, 'a list of texts');
      return item;
    });
  }

  objects(name: string): readonly Properties[] {
    return this.list(name).map((item, index) => {
      if (!isObject(item)) throw this.wrong(name, 'a list of objects');
      return new Properties(item, `${this.#where}.${name}[${index}]`);
    });
  }

  /** Stops at a property that is not in `known`: a setting must be honoured or known to be ignorable. */
  only(known: readonly string[]): this {
    const stranger = Object.keys(this.json).find((name) => !known.includes(name));
    if (stranger !== undefined) {
      throw new TemplateError(
        `${this.#where}.${stranger} is a setting the local runtime does not honour. ` +
          'Teach it in local/, or leave the setting out.',
      );
    }
    return this;
  }

  wrong(name: string, what: string): TemplateError {
    return new TemplateError(
      `${this.#where}.${name} should be ${what}, but is ${JSON.stringify(this.json[name])}.`,
    );
  }
}
