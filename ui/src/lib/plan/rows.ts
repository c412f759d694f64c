/** The rows of the list of changes: filtered, and by folder if wanted. Pure, and quick for 100,000 changes. */
import type { ChangeRow } from '../backend/backend';
import { folderOf } from '../words/format';

/** What a change is called; a file that went missing online is new again, a foreign one is replaced. */
export type Shown = 'new' | 'changed' | 'removed';
export type Filter = 'all' | Shown;

export function shown(row: ChangeRow): Shown {
  if (row.kind === 'missing') return 'new';
  return row.kind === 'foreign' ? 'changed' : row.kind;
}

export function counts(changes: readonly ChangeRow[]): Record<Filter, number> {
  const sums = { all: changes.length, new: 0, changed: 0, removed: 0 };
  for (const row of changes) sums[shown(row)] += 1;
  return sums;
}

export function filtered(changes: readonly ChangeRow[], filter: Filter, text: string): ChangeRow[] {
  const wanted = text.trim().toLocaleLowerCase();
  return changes.filter(
    (row) =>
      (filter === 'all' || shown(row) === filter) && (wanted === '' || row.path.toLocaleLowerCase().includes(wanted)),
  );
}

export interface Folder {
  path: string;
  changes: number;
}

export type Line = { folder: Folder; open: boolean } | { change: ChangeRow };

/** Lines by folder: a heading, then what is in it unless it is closed. Folders come in the order of their names. */
export function byFolder(changes: readonly ChangeRow[], closed: ReadonlySet<string>): Line[] {
  const folders = new Map<string, ChangeRow[]>();
  for (const row of changes) {
    const folder = folderOf(row.path);
    const rows = folders.get(folder);
    if (rows) rows.push(row);
    else folders.set(folder, [row]);
  }
  const lines: Line[] = [];
  for (const path of [...folders.keys()].sort()) {
    const rows = folders.get(path) ?? [];
    const open = !closed.has(path);
    lines.push({ folder: { path, changes: rows.length }, open });
    if (open) for (const change of rows) lines.push({ change });
  }
  return lines;
}

export function flat(changes: readonly ChangeRow[]): Line[] {
  return changes.map((change) => ({ change }));
}

export function folderCount(changes: readonly ChangeRow[]): number {
  return new Set(changes.map((row) => folderOf(row.path))).size;
}

/** A name that tells a line from all others. */
export function keyOf(line: Line): string {
  return 'folder' in line ? `${line.folder.path}/` : line.change.path;
}
