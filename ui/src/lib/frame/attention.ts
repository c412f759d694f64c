/** Whether the person is at the window, and in the midst of typing something there. */

/** As long after the window came back as it may have come back because of what is heard now, in milliseconds. */
const JUST_BACK_MS = 2_000;

export class Attention {
  #backAt = -Infinity;
  #typedIn: HTMLInputElement | null = null;

  /** Begins to pay attention. */
  watch(): void {
    window.addEventListener('focus', () => (this.#backAt = performance.now()));
    window.addEventListener('input', ({ target }) => {
      if (target instanceof HTMLInputElement && /^(text|password)$/.test(target.type)) this.#typedIn = target;
    });
  }

  /** Whether the window was hidden or behind others, until now or a moment ago. */
  get wasAway(): boolean {
    return document.hidden || !document.hasFocus() || performance.now() - this.#backAt < JUST_BACK_MS;
  }

  /** Whether a question stands over the screen, or something typed would be lost with it. */
  get isHeld(): boolean {
    const typed = this.#typedIn?.isConnected === true && this.#typedIn.value !== '';
    return typed || document.querySelector('dialog[open]') !== null;
  }
}
