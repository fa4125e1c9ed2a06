import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/**
 * sonner writes its styles into the page when it is loaded, which the page's policy forbids. main.tsx imports the same styles as a file, so that call is
 * left out.
 */
function sonnerWithoutStyleElement(): Plugin {
  return {
    name: 'sonner-without-style-element',
    transform(code, id) {
      if (!/\/sonner\/dist\/index\.m?js$/.test(id)) return null;
      if (!code.includes("document.createElement('style')"))
        throw new Error('sonner no longer writes a style element: drop this plugin');
      return code.replace('function __insertCSS(code) {', 'function __insertCSS(code) { return;');
    },
  };
}

export default defineConfig({
  plugins: [react(), sonnerWithoutStyleElement()],
  build: {
    target: 'es2022',
    // The page's policy allows no data: URLs for scripts or wasm.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
