import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';

const host = {
  group: ['@tauri-apps/*'],
  message: 'The host is spoken to in lib/backend/tauri.ts alone.',
};

export default ts.config(
  { ignores: ['dist', 'src/paraglide', 'node_modules'] },
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'] } },
  },
  {
    rules: {
      'no-restricted-imports': ['error', { patterns: [host] }],
      'no-eval': 'error',
      'no-console': 'error',
      'svelte/no-at-html-tags': 'error',
      // The app's policy forbids style attributes; style: directives go another way.
      'no-restricted-syntax': ['error', { selector: 'SvelteAttribute[key.name="style"]', message: 'Use a class, or style:.' }],
      // Sets and maps are replaced, never changed, where the screen depends on them.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  { files: ['src/lib/backend/tauri.ts'], rules: { 'no-restricted-imports': 'off' } },
  { files: ['scripts/**', 'tests/**'], rules: { 'no-console': 'off' } },
);
