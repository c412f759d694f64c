/** Fails when a language lacks a message, a code lacks its words, or a message is used nowhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { LOCALES, read, texts } from './messages.js';

const problems = [];
const english = read('en');
const inputs = (message) => [...new Set(texts(message).flatMap((text) => text.match(/\{\w+\}/g) ?? []))].sort().join(' ');

for (const locale of LOCALES) {
  const messages = read(locale);
  for (const key of Object.keys(english)) {
    const message = messages[key];
    if (message === undefined) problems.push(`${locale}: "${key}" is missing`);
    else if (texts(message).some((text) => text.trim() === '')) problems.push(`${locale}: "${key}" is empty`);
    else if (inputs(message) !== inputs(english[key])) {
      problems.push(`${locale}: "${key}" takes ${inputs(message) || 'nothing'}, in English ${inputs(english[key]) || 'nothing'}`);
    }
  }
  for (const key of Object.keys(messages)) if (!(key in english)) problems.push(`${locale}: "${key}" is not in English`);
}

// French sets a space before these signs and inside its quotation marks; it must not break the line.
for (const [key, message] of Object.entries(read('fr'))) {
  if (texts(message).some((text) => / [?!;:»]|« /.test(text))) problems.push(`fr: "${key}" needs spaces that do not break`);
}

const source = fileURLToPath(new URL('../src/lib', import.meta.url));
const files = readdirSync(source, { recursive: true }).filter((name) => /\.(ts|svelte)$/.test(name));
const code = files.map((name) => readFileSync(join(source, name), 'utf8')).join('\n');

const list = (name) => /\[([^\]]*)\]/.exec(code.slice(code.indexOf(`export const ${name} = [`)))[1].match(/\w+/g);
const union = (name) => code.slice(code.indexOf(`export type ${name} =`)).split(';')[0].match(/'(\w+)'/g).map((word) => word.slice(1, -1));
const codes = list('CODES');
const rust = fileURLToPath(new URL('../../crates/core/src/code.rs', import.meta.url));
if (existsSync(rust)) {
  const known = [...readFileSync(rust, 'utf8').matchAll(/ = "(\w+)" => /g)].map((found) => found[1]);
  for (const code of known) if (!codes.includes(code)) problems.push(`the code "${code}" is missing in types.ts`);
  for (const code of codes) if (!known.includes(code)) problems.push(`the code "${code}" is none of the engine's`);
}
const wanted = [
  ...codes.flatMap((code) => [`code_${code}_title`, `code_${code}_text`]),
  ...union('SiteState').map((state) => `site_state_${state}`),
  ...union('Action').map((action) => `action_${action}`),
];
for (const key of wanted) if (!(key in english)) problems.push(`"${key}" has no words`);

const used = new Set([...wanted, ...[...code.matchAll(/\bm\.(\w+)/g)].map((found) => found[1])]);
for (const key of Object.keys(english)) if (!used.has(key)) problems.push(`"${key}" is used nowhere`);

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log(`${Object.keys(english).length} messages in ${LOCALES.length} languages, ${codes.length} codes: complete`);
