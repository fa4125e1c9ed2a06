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

/** Has the browser fetch the WebAssembly core that follows numbers, and what it needs, beside the page's own script rather than after it. */
function corePreloaded(): Plugin {
  return {
    name: 'core-preloaded',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle = {} }) =>
        Object.keys(bundle)
          .filter((file) => /(^|\/)switchboard-(numbered-[^/]+\.wasm|[^/]+\.js)$/.test(file))
          .map((file) => ({
            tag: 'link',
            attrs: file.endsWith('.js')
              ? { rel: 'modulepreload', href: `/${file}`, crossorigin: true }
              : { rel: 'preload', href: `/${file}`, as: 'fetch', type: 'application/wasm', crossorigin: true },
            injectTo: 'head' as const,
          })),
    },
  };
}

/** Puts the style sheet after the page's outline, which is painted before it has come. */
function outlineFirst(): Plugin {
  return {
    name: 'outline-first',
    transformIndexHtml: {
      order: 'post',
      handler: (html) => {
        const links = html.match(/ *<link rel="stylesheet"[^>]*>\n?/g) ?? [];
        return links
          .reduce((rest, link) => rest.replace(link, ''), html)
          .replace('</body>', `${links.join('')}</body>`);
      },
    },
  };
}

export default defineConfig({
  plugins: [react(), sonnerWithoutStyleElement(), corePreloaded(), outlineFirst()],
  build: {
    target: 'es2022',
    // The page's policy allows no data: URLs for scripts or wasm.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
