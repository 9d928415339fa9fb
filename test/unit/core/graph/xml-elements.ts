/** An element of an XML document. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
}

const TOKEN =
  /<\?xml version="1\.0" encoding="UTF-8"\?>|<\/([\w.:-]+)>|<([\w.:-]+)((?: [\w.:-]+="[^"<&]*")*)(\/?)>|[^<]+/y;

/** Reads a document without comments, CDATA and DOCTYPE. Throws when it is not well-formed. */
export function parseXml(text: string): XmlElement {
  const root: XmlElement = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) throw new Error(`not well-formed at ${at}: ${text.slice(at, at + 40)}`);
    const [token, closes, opens, attributes = '', empty] = match;
    const top = open.at(-1) as XmlElement;
    if (closes !== undefined) {
      if (open.pop()?.name !== closes) throw new Error(`</${closes}> closes ${top.name}`);
    } else if (opens !== undefined) {
      const element = { name: opens, attributes: attributesOf(attributes), children: [], text: '' };
      top.children.push(element);
      if (empty === '') open.push(element);
    } else if (!token.startsWith('<?')) top.text += unescaped(token);
  }
  const [document, ...more] = root.children;
  if (document === undefined || more.length > 0 || open.length !== 1)
    throw new Error('not one root');
  return document;
}

function attributesOf(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/ ([\w.:-]+)="([^"]*)"/g)];
  if (new Set(pairs.map(([, name]) => name)).size < pairs.length) throw new Error('twice the same');
  return Object.fromEntries(pairs.map(([, name, value]) => [name, unescaped(value ?? '')]));
}

function unescaped(text: string): string {
  if (/[^\t\n -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(text)) {
    throw new Error('no character of XML, or one that readers change');
  }
  if (/&(?!#\d+;)/.test(text)) throw new Error('a bare &');
  return text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
}
