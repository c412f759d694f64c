import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';

const message = 'The host is spoken to in lib/backend/tauri.ts alone.';
const host = { group: ['@tauri-apps/*'], message };

/** The app's policy forbids style attributes; style: directives go another way. */
const styles = { selector: 'SvelteAttribute[key.name="style"]', message: 'Use a class, or style:.' };
/** The ways to the host that are no import declarations. */
const ways = [
  { selector: 'ImportExpression[source.value=/^@tauri-apps/]', message },
  { selector: 'TSImportEqualsDeclaration TSExternalModuleReference[expression.value=/^@tauri-apps/]', message },
  { selector: 'MemberExpression[property.name=/^__TAURI/], MemberExpression[property.value=/^__TAURI/]', message },
];

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
      'no-restricted-syntax': ['error', styles, ...ways],
      // Sets and maps are replaced, never changed, where the screen depends on them.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  { files: ['src/lib/backend/tauri.ts'], rules: { 'no-restricted-imports': 'off', 'no-restricted-syntax': ['error', styles] } },
  { files: ['scripts/**', 'tests/**'], rules: { 'no-console': 'off' } },
);
