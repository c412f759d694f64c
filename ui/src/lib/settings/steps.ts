/** The steps that a number is chosen from, with the one that is chosen, wherever it comes from. */
export function within(steps: readonly number[], chosen: number | null): readonly number[] {
  return chosen === null || steps.includes(chosen) ? steps : [...steps, chosen].sort((a, b) => a - b);
}
