import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  // What is in bindings is preprocessed by Emscripten: not JavaScript yet.
  globalIgnores(['bindings/', '**/dist/', 'build/', 'coverage/', 'test-output/', '.switchboard/']),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      // It asks for the `!` that no-non-null-assertion forbids.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      '@typescript-eslint/no-extraneous-class': ['error', { allowConstructorOnly: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      eqeqeq: 'error',
      'no-eval': 'error',
      'no-new-func': 'error',
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['web/react/**', 'web/inspector/**', 'web/cli/top/**', 'web/dashboard/**'],
    extends: [reactHooks.configs.flat['recommended-latest']],
  },
  {
    // The oldest browsers that docs/guide.md names (Chrome 91, Firefox 90) lack these.
    files: ['web/core/**', 'web/react/**', 'web/realtime-js/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...[
          "CallExpression[callee.property.type='Identifier'][callee.property.name=/^(at|findLast|findLastIndex|toSorted|toReversed|toSpliced|throwIfAborted)$/][callee.object.type!='ThisExpression']",
          "MemberExpression[object.name='AbortSignal'][property.name=/^(any|timeout|abort)$/]",
          "MemberExpression[object.name='Object'][property.name=/^(hasOwn|groupBy)$/]",
          "MemberExpression[object.name='Promise'][property.name='withResolvers']",
          "CallExpression[callee.name='structuredClone']",
        ].map((selector) => ({ selector, message: 'The oldest browsers that are supported lack it.' })),
      ],
    },
  },
  {
    // Its public types are those of realtime-js, which applications' type arguments must fit.
    files: ['web/realtime-js/**'],
    rules: {
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      '@typescript-eslint/no-empty-object-type': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/unified-signatures': 'off',
    },
  },
  {
    // A describe block is as long as the claims in it.
    files: ['tests/**'],
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    // Checked by tsc, which reads the types in the comments; these rules do not see a cast in a comment.
    files: ['**/*.mjs'],
    rules: {
      'no-undef': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['**/*.js', 'tests/**/*.mjs'],
    extends: [tseslint.configs.disableTypeChecked],
  },
);
