/** Where the focus goes when a screen changes. */
import { tick } from 'svelte';

/** Takes the focus when it appears. */
export function takeFocus(node: HTMLElement): void {
  node.focus({ preventScroll: true });
}

/** Takes the focus when it appears, if what had it is gone. */
export function catchFocus(node: HTMLElement): void {
  const held = document.activeElement;
  if (held === null || held === document.body) node.focus({ preventScroll: true });
}

/** Takes the focus when it appears, if what had it is gone or is no more than the title: it is what comes next. */
export function leadOn(node: HTMLElement): void {
  const held = document.activeElement;
  if (held === null || held === document.body || held.tagName === 'H1') node.focus({ preventScroll: true });
}

/** Is scrolled to when it appears. */
export function reveal(node: HTMLElement): void {
  node.scrollIntoView({ block: 'center' });
}

/** Goes to the first field that is wrong, once it is known which ones are. */
export async function toWrong(form: HTMLElement): Promise<void> {
  await tick();
  form.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
}
