import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const FOLDER = new URL('../../../fixtures/format/schema/', import.meta.url);

/** Checks events of OCSF by the class that they say. */
export function ocsfValidators(): ReadonlyMap<number, ValidateFunction> {
  const ajv = validator();
  return new Map([4001, 2004, 1007].map((uid) => [uid, ajv.compile(readJson(`ocsf-${uid}.json`))]));
}

/** Checks documents of ECS, or events of EVE. */
export function fieldsValidator(file: 'ecs-fields.txt' | 'eve-fields.txt'): ValidateFunction {
  const schema: ObjectSchema = emptyObject();
  for (const line of readFileSync(new URL(file, FOLDER), 'utf8').split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [name = '', type = '', ...values] = line.split(' ');
    addField(schema, name.split('.'), TYPES[type]?.(values) ?? unknownType(type));
  }
  return validator().compile(schema);
}

interface ObjectSchema {
  readonly type: 'object';
  readonly additionalProperties: false;
  readonly required: string[];
  readonly properties: Record<string, object>;
}

const oneOrMore = (schema: object): object => ({
  anyOf: [schema, { type: 'array', items: schema }],
});
const arrayOf = (type: string): object => ({ type: 'array', items: { type } });
const closed = (values: readonly string[]): object =>
  values.length === 0 ? { type: 'string' } : { enum: values };

/** JSON Schemas of the types that the lists of fields name. */
const TYPES: Readonly<Record<string, (values: readonly string[]) => object>> = {
  keyword: (values) => oneOrMore(closed(values)),
  text: () => ({ type: 'string' }),
  date: () => ({ type: 'string', format: 'date-time' }),
  long: () => ({ type: 'integer' }),
  ip: () => oneOrMore({ anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }], type: 'string' }),
  geo_point: () => ({
    type: 'object',
    required: ['lat', 'lon'],
    additionalProperties: false,
    properties: { lat: { type: 'number' }, lon: { type: 'number' } },
  }),
  object: () => ({ type: 'object' }),
  string: () => ({ type: 'string' }),
  integer: () => ({ type: 'integer' }),
  strings: () => arrayOf('string'),
  integers: () => arrayOf('integer'),
  'eve-time': () => ({
    type: 'string',
    pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d+[+\\-]\\d+$',
  }),
};

function addField(schema: ObjectSchema, [head = '', ...rest]: string[], leaf: object): void {
  const name = head.replace('*', '');
  if (head !== name) schema.required.push(name);
  if (rest.length === 0) {
    schema.properties[name] = leaf;
    return;
  }
  schema.properties[name] ??= emptyObject();
  addField(schema.properties[name] as ObjectSchema, rest, leaf);
}

function emptyObject(): ObjectSchema {
  return { type: 'object', additionalProperties: false, required: [], properties: {} };
}

function validator(): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  return ajv;
}

function readJson(file: string): object {
  return JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));
}

function unknownType(type: string): never {
  throw new Error(`there is no type ${type}`);
}
