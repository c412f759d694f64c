/** The rows of the list of changes: filtered, and by folder if wanted. Pure, and quick for 100,000 changes. */
import type { ChangeRow } from '../backend/types';
import { folderOf } from '../words/format';

/** What a change is called; a file that went missing online is new again, a foreign one is replaced. */
export type Shown = 'new' | 'changed' | 'removed';
export type Filter = 'all' | Shown;

export const LOOKS = { new: 'live', changed: 'waiting', removed: 'failed' } as const;
export const ICONS = { new: 'new', changed: 'changed', removed: 'gone' } as const;

export function shown(row: ChangeRow): Shown {
  if (row.kind === 'missing') return 'new';
  return row.kind === 'foreign' ? 'changed' : row.kind;
}

/** A change with what the filter looks at, worked out once for each plan rather than with each letter typed. */
interface Known {
  row: ChangeRow;
  folder: string;
  kind: Shown;
  text: string;
}

/** The changes of a plan, ready to be filtered. */
export interface Index {
  asPlanned: readonly Known[];
  byFolder: readonly Known[];
  sums: Record<Filter, number>;
  folders: number;
}

export function index(changes: readonly ChangeRow[]): Index {
  const asPlanned = changes.map((row) => ({ row, folder: folderOf(row.path), kind: shown(row), text: row.path.toLowerCase() }));
  const sums = { all: changes.length, new: 0, changed: 0, removed: 0 };
  const inFolder = new Map<string, Known[]>();
  for (const known of asPlanned) {
    sums[known.kind] += 1;
    const rows = inFolder.get(known.folder);
    if (rows) rows.push(known);
    else inFolder.set(known.folder, [known]);
  }
  const byFolder = [...inFolder.keys()].sort().flatMap((folder) => inFolder.get(folder) ?? []);
  return { asPlanned, byFolder, sums, folders: inFolder.size };
}

export interface Folder {
  path: string;
  changes: number;
}

interface Heading {
  folder: Folder;
  open: boolean;
  /** Which of the folders it is, from 1. */
  place: number;
}

interface Change {
  change: ChangeRow;
  /** Which of the changes in a folder it is, from 1; not where there are no headings. */
  place?: number;
  of?: Folder;
}

export type Line = Heading | Change;

interface Wanted {
  filter: Filter;
  text: string;
}

function passes({ filter, text }: Wanted): (known: Known) => boolean {
  const wanted = text.trim().toLowerCase();
  return (known) => (filter === 'all' || known.kind === filter) && (wanted === '' || known.text.includes(wanted));
}

/** Lines by folder: a heading, then what is in it unless it is closed. Folders come in the order of their names. */
export function byFolder(index: Index, wanted: Wanted, closed: ReadonlySet<string>): Line[] {
  const lines: Line[] = [];
  const passed = passes(wanted);
  let heading: Heading | undefined;
  let headings = 0;
  for (const known of index.byFolder) {
    if (!passed(known)) continue;
    if (heading?.folder.path !== known.folder) {
      heading = { folder: { path: known.folder, changes: 0 }, open: !closed.has(known.folder), place: ++headings };
      lines.push(heading);
    }
    heading.folder.changes += 1;
    if (heading.open) lines.push({ change: known.row, place: heading.folder.changes, of: heading.folder });
  }
  return lines;
}

export function flat(index: Index, wanted: Wanted): Line[] {
  return index.asPlanned.filter(passes(wanted)).map(({ row }) => ({ change: row }));
}

/** How many folders have a heading. */
export function headings(lines: readonly Line[]): number {
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const line = lines[at];
    if (line && 'folder' in line) return line.place;
  }
  return 0;
}

/** A name that tells a line from all others. */
export function keyOf(line: Line): string {
  return 'folder' in line ? `${line.folder.path}/` : line.change.path;
}
