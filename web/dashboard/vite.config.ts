import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    // The page's policy allows no data: URLs for scripts or wasm.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
