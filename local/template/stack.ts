import { evaluateCondition } from './conditions.ts';
import { resolveValue, type Scope } from './intrinsics.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { digestUuid, PLACE } from './naming.ts';
import { Properties } from './properties.ts';
import { type Identity, RESOURCE_TYPES, type ResourceType } from './resource-types.ts';
import { TemplateError } from './template-error.ts';

/** What a stack needs besides its template. */
export interface StackSetting {
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Exports of the stacks before it, by export name. */
  readonly exports: ReadonlyMap<string, Json>;
  /** Last change to every resolved text: the public addresses of AWS become local ones. */
  readonly localize: (text: string) => string;
}

/** A resource of a stack, its condition true and its type known. */
export interface Resource {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly identity: Identity;
  /** Resolves the properties; each call resolves anew. */
  properties(): Properties;
}

/** One CloudFormation template with its parameters: resolves intrinsic functions and gives its resources. */
export class Stack implements Scope {
  readonly name: string;
  readonly #template: JsonObject;
  readonly #setting: StackSetting;
  readonly #identities = new Map<string, Identity>();

  constructor(template: JsonObject, setting: StackSetting) {
    this.name = setting.name;
    this.#template = template;
    this.#setting = setting;
    this.#refuseUnknownParameters();
  }

  /** Resources in template order; a type that is not known stops here. */
  resources(): Resource[] {
    return Object.keys(this.#section('Resources'))
      .filter((logicalId) => this.#exists(logicalId))
      .map((logicalId) => this.#resource(logicalId));
  }

  /** Resolved outputs, by their logical ids. */
  outputs(): Record<string, string> {
    const outputs: Record<string, string> = {};
    for (const [name, output] of Object.entries(this.#section('Outputs'))) {
      if (!isObject(output) || !this.#isConditionTrue(output)) continue;
      outputs[name] = String(this.#localized(output['Value'] ?? null));
    }
    return outputs;
  }

  /** What other stacks can import. */
  exported(): Map<string, Json> {
    const exported = new Map<string, Json>();
    for (const output of Object.values(this.#section('Outputs'))) {
      if (!isObject(output) || !isObject(output['Export'])) continue;
      const name = resolveValue(output['Export']['Name'] ?? null, this);
      exported.set(String(name), resolveValue(output['Value'] ?? null, this) ?? null);
    }
    return exported;
  }

  /** Names of the parameters the template declares. */
  parameterNames(): string[] {
    return Object.keys(this.#section('Parameters'));
  }

  ref(name: string): Json | undefined {
    if (name.startsWith('AWS::')) return this.#pseudo(name);
    const parameter = this.#section('Parameters')[name];
    if (isObject(parameter)) return this.#parameter(name, parameter);
    return this.#identity(name).ref;
  }

  attribute(logicalId: string, attribute: string): Json {
    const value = this.#identity(logicalId).attributes[attribute];
    if (value !== undefined) return value;
    throw new TemplateError(
      `${this.name}: Fn::GetAtt ${logicalId}.${attribute}: the local runtime does not know ` +
        `the attribute ${attribute} of ${this.#type(logicalId)}.`,
    );
  }

  condition(name: string): Json {
    const condition = this.#section('Conditions')[name];
    if (condition === undefined) throw new TemplateError(`${this.name}: no condition ${name}.`);
    return condition;
  }

  operand(value: Json): Json | undefined {
    return resolveValue(value, this);
  }

  mapping(map: string, key: string, second: string): Json {
    const first = this.#section('Mappings')[map];
    const row = isObject(first) ? first[key] : undefined;
    const value = isObject(row) ? row[second] : undefined;
    if (value === undefined) {
      throw new TemplateError(`${this.name}: no mapping ${map} / ${key} / ${second}.`);
    }
    return value;
  }

  importValue(name: string): Json {
    const value = this.#setting.exports.get(name);
    if (value === undefined) {
      throw new TemplateError(`${this.name}: imports ${name}, which no earlier stack exports.`);
    }
    return value;
  }

  #resource(logicalId: string): Resource {
    return {
      stack: this.name,
      logicalId,
      type: this.#type(logicalId),
      identity: this.#identity(logicalId),
      properties: () => this.#properties(logicalId, (value) => this.#localized(value)),
    };
  }

  #properties(logicalId: string, resolve: (value: Json) => Json): Properties {
    const properties = resolve(this.#definition(logicalId)['Properties'] ?? {});
    return new Properties(isObject(properties) ? properties : {}, `${this.name}.${logicalId}`);
  }

  #identity(logicalId: string): Identity {
    const known = this.#identities.get(logicalId);
    if (known !== undefined) return known;
    const plain = (value: Json): Json => this.#identifying(value);
    const identity = this.#resourceType(logicalId).identify({
      stack: this.name,
      logicalId,
      properties: this.#properties(logicalId, plain),
    });
    this.#identities.set(logicalId, identity);
    return identity;
  }

  /** Only names are needed to identify a resource; resolving the rest could run in a circle. */
  #identifying(properties: Json): Json {
    if (!isObject(properties)) return {};
    const names = Object.entries(properties).filter(([name]) => /Name$|^ProtocolType$/.test(name));
    const own = names.filter(([name]) => !['DestinationBucketName', 'PolicyName'].includes(name));
    return resolveValue(Object.fromEntries(own), this) ?? {};
  }

  #resourceType(logicalId: string): ResourceType {
    const type = this.#type(logicalId);
    const known = RESOURCE_TYPES[type];
    if (known !== undefined) return known;
    throw new TemplateError(
      `${this.name}: resource ${logicalId} has the type ${type}, which the local runtime does not ` +
        'know. Add it to local/template/resource-types.ts, and run it or say why it needs nothing here.',
    );
  }

  #type(logicalId: string): string {
    return String(this.#definition(logicalId)['Type']);
  }

  #definition(logicalId: string): JsonObject {
    const definition = this.#section('Resources')[logicalId];
    if (isObject(definition) && this.#isConditionTrue(definition)) return definition;
    throw new TemplateError(`${this.name}: nothing is called ${logicalId}.`);
  }

  #exists(logicalId: string): boolean {
    const definition = this.#section('Resources')[logicalId];
    return isObject(definition) && this.#isConditionTrue(definition);
  }

  #isConditionTrue(definition: JsonObject): boolean {
    const name = definition['Condition'];
    return name === undefined || evaluateCondition({ Condition: name }, this);
  }

  #localized(value: Json): Json {
    return localizeTexts(resolveValue(value, this) ?? null, this.#setting.localize);
  }

  #parameter(name: string, parameter: JsonObject): Json {
    const value = this.#setting.parameters[name] ?? parameter['Default'];
    if (value === undefined) {
      throw new TemplateError(`${this.name}: the parameter ${name} has no value and no default.`);
    }
    return parameter['Type'] === 'CommaDelimitedList' ? String(value).split(',') : value;
  }

  #pseudo(name: string): Json | undefined {
    const values: Readonly<Record<string, Json>> = {
      'AWS::AccountId': PLACE.account,
      'AWS::Region': PLACE.region,
      'AWS::Partition': PLACE.partition,
      'AWS::URLSuffix': PLACE.suffix,
      'AWS::StackName': this.name,
      'AWS::StackId': `arn:aws:cloudformation:${PLACE.region}:${PLACE.account}:stack/${this.name}/${digestUuid(this.name)}`,
      'AWS::NotificationARNs': [],
    };
    if (name === 'AWS::NoValue') return undefined;
    const value = values[name];
    if (value === undefined) throw new TemplateError(`${this.name}: no pseudo parameter ${name}.`);
    return value;
  }

  #refuseUnknownParameters(): void {
    const declared = this.parameterNames();
    const stranger = Object.keys(this.#setting.parameters).find((name) => !declared.includes(name));
    if (stranger !== undefined) {
      throw new TemplateError(`${this.name} has no parameter ${stranger}.`);
    }
  }

  #section(name: string): JsonObject {
    const section = this.#template[name];
    return isObject(section) ? section : {};
  }
}

function localizeTexts(value: Json, localize: (text: string) => string): Json {
  if (typeof value === 'string') return localize(value);
  if (Array.isArray(value)) return value.map((item) => localizeTexts(item, localize));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, localizeTexts(item, localize)]),
  );
}
