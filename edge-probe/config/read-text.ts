import type { Form } from './option.ts';

/** What a flag's or a variable's text says; a text that says nothing of the kind stays a text, which the schema refuses. */
export function readText(form: Form, value: string): unknown {
  switch (form) {
    case 'number':
    case 'number-or-word':
      return value.trim() === '' || Number.isNaN(Number(value)) ? value : Number(value);
    case 'switch':
    case 'on-off':
      return readSwitch(value);
    case 'list':
      return value.split(/[\s,]+/).filter((part) => part !== '');
    case 'words':
      return value.split(/\s+/).filter((part) => part !== '');
    case 'numbers':
      return readNumbers(value);
    case 'text':
      return value;
  }
}

function readSwitch(value: string): unknown {
  if (/^(on|true|yes|1)$/i.test(value)) return true;
  return /^(off|false|no|0)$/i.test(value) ? false : value;
}

function readNumbers(value: string): unknown {
  const pairs: [string, number][] = [];
  for (const part of value.split(/[\s,]+/).filter((text) => text !== '')) {
    const [, name, number] = /^([^=]+)=(.+)$/.exec(part) ?? [];
    if (name === undefined || Number.isNaN(Number(number))) return value;
    pairs.push([name, Number(number)]);
  }
  return Object.fromEntries(pairs);
}
