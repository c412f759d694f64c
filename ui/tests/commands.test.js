/** The window asks for the shell's commands by the names and with the arguments that these have, and for all of them. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const commands = new URL('../../src-tauri/src/commands/', import.meta.url);
/** What Tauri hands in by itself. */
const OWN = /^(State<|AppHandle|Window\b|WebviewWindow|Webview\b)/;

function ofShell() {
  const rust = readdirSync(commands).map((name) => readFileSync(new URL(name, commands), 'utf8')).join('\n');
  const found = [...rust.matchAll(/#\[tauri::command\]\n(?:#\[.*\]\n)*pub\(super\) (?:async )?fn (\w+)\(([^)]*(?:\([^)]*\)[^)]*)*)\)/g)];
  return found.map(([, name, inside]) => {
    const given = inside.split(/,(?![^<]*>)/).map((part) => /^\s*(\w+):\s*(.+?)\s*$/s.exec(part)).filter(Boolean);
    return `${name}(${given.filter(([, , type]) => !OWN.test(type)).map(([, argument]) => argument).sort()})`;
  });
}

function ofWindow() {
  const source = readFileSync(new URL('../src/lib/backend/tauri.ts', import.meta.url), 'utf8');
  return [...source.matchAll(/invoke\('(\w+)'(?:, \{ (.*) \})?\)/g)].map(([, name, given]) => {
    const parts = given?.split(', ').map((part) => part.split(':')[0]) ?? [];
    return `${name}(${parts.sort()})`;
  });
}

test('the commands and their arguments are the same on both sides', () => {
  const shell = ofShell().sort();
  assert.ok(shell.length > 30, `found ${shell}`);
  assert.deepEqual(ofWindow().sort(), shell);
});
