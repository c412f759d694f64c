/** Numbers, sizes, times and paths as people of each language write them. */
import { m } from '../../paraglide/messages.js';
import { locale } from './language.svelte';

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

const made = new Map<string, Intl.NumberFormat>();

/** Making a format is slow, and lists need thousands of numbers. */
function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = locale() + JSON.stringify(options);
  const known = made.get(key) ?? new Intl.NumberFormat(locale(), options);
  made.set(key, known);
  return known;
}

export function number(n: number): string {
  return numbers({}).format(n);
}

export function percent(part: number): string {
  return numbers({ style: 'percent', maximumFractionDigits: 0 }).format(part);
}

/** A number of bytes, such as "69 bytes", "14 kB" or "2.8 MB". */
export function size(bytes: number): string {
  let step = 0;
  let value = bytes;
  while (value >= 999.5 && step < UNITS.length - 1) {
    value /= 1000;
    step += 1;
  }
  const digits = value < 10 && step > 1 ? 1 : 0;
  const unit = UNITS[step] ?? 'byte';
  // The short word for bytes has no plural in English.
  const unitDisplay = step === 0 ? 'long' : 'short';
  return numbers({ style: 'unit', unit, unitDisplay, maximumFractionDigits: digits }).format(value);
}

/** A span such as "18 seconds", in the largest unit that says enough. */
export function duration(seconds: number): string {
  const long = (value: number, unit: 'second' | 'minute' | 'hour') =>
    numbers({ style: 'unit', unit, unitDisplay: 'long' }).format(Math.max(1, Math.round(value)));
  if (seconds < 60) return long(seconds, 'second');
  return seconds < 3600 ? long(seconds / 60, 'minute') : long(seconds / 3600, 'hour');
}

const midnight = (ms: number) => new Date(ms).setHours(0, 0, 0, 0);

/** Whole days from today; yesterday is -1. */
function daysAway(ms: number): number {
  return Math.round((midnight(ms) - midnight(Date.now())) / 86_400_000);
}

export function clock(ms: number): string {
  return new Intl.DateTimeFormat(locale(), { hour: 'numeric', minute: '2-digit' }).format(ms);
}

/** Whether it was today or yesterday. */
function isNear(ms: number): boolean {
  return [0, -1].includes(daysAway(ms));
}

/** The day in words: "today", "yesterday", "2 November". */
export function day(ms: number): string {
  if (isNear(ms)) {
    return new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }).format(daysAway(ms), 'day');
  }
  const sameYear = new Date(ms).getFullYear() === new Date().getFullYear();
  const year = sameYear ? {} : ({ year: 'numeric' } as const);
  return new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'long', ...year }).format(ms);
}

/** "today, 14:03" */
export function moment(ms: number): string {
  const time = clock(ms);
  const said = { time, hour: Number.parseInt(time, 10) };
  return isNear(ms) ? m.moment_near({ day: day(ms), ...said }) : m.moment_far({ date: day(ms), ...said });
}

/** A day as it stands on a certificate. */
export function date(seconds: number): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'long', timeZone: 'UTC' }).format(seconds * 1000);
}

export function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase(locale()) + text.slice(1);
}

/** The last part of a path of either kind of system. */
export function baseName(path: string): string {
  return path.split(/[/\\]/).filter(Boolean).at(-1) ?? path;
}

/** The folders of a path as people read them: "Documents › Shop". */
export function trail(path: string): string {
  return path.split(/[/\\]/).filter(Boolean).join(' › ');
}

/** The folder that a path below a site is in; empty for the start folder. */
export function folderOf(path: string): string {
  const end = path.lastIndexOf('/');
  return end < 0 ? '' : path.slice(0, end);
}

/** A web address without what goes without saying. */
export function webName(url: string): string {
  return url.replace(/^https?:\/\//, '').replace(/\/$/, '');
}

/** Two letters that stand for a name. */
export function initials(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const letters = words.length > 1 ? words.slice(0, 2).map((word) => word.charAt(0)) : [words[0]?.slice(0, 2) ?? '?'];
  return letters.join('').toLocaleUpperCase(locale());
}
