import { fastTiming, startBackend, type Backend } from 'switchboard-backend';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchChromium, openWindow, type Window } from '../support/chromium.js';
import { InspectorPage, serveInspectorPage } from './support/inspectorPage.js';

let backend: Backend;
let browser: Browser;
let server: Awaited<ReturnType<typeof serveInspectorPage>>;
let window: Window;
let inspector: InspectorPage;

beforeAll(async () => {
  [backend, browser] = await Promise.all([startBackend({ seed: false, timing: fastTiming }), launchChromium()]);
  // The devtools write style elements and HTML.
  server = await serveInspectorPage(backend, 'lax');
});

afterAll(async () => {
  await server.close();
  await browser.close();
  await backend.stop();
});

beforeEach(async () => {
  window = await openWindow(browser, `${server.origin}/page/index.html`);
  inspector = new InspectorPage(window.page);
  await window.page.evaluate(
    ({ url, apikey }) => {
      const make = () => globalThis.realtime.createRealtimeManager({ url, apikey, logger: null });
      globalThis.inspected = [make(), make()];
      globalThis.inspected[1]?.subscribe({ table: 'clients' }, () => undefined);
    },
    { url: backend.url, apikey: backend.anonKey },
  );
  return async () => {
    expect(window.problems).toEqual([]);
    await window.page.context().close();
  };
});

describe('the inspector', () => {
  it('says that there is no manager', async () => {
    await window.page.evaluate(async () => {
      (await globalThis.loadInspector()).mountInspector([]);
    });
    await inspector.body.getByText('There is no manager to look at').waitFor();
  });

  it('shows one of two managers, and the other when it is chosen', async () => {
    await window.page.evaluate(async () => {
      (await globalThis.loadInspector()).mountInspector(globalThis.inspected, { names: ['Shop', 'Chat'] });
    });
    await inspector.body.getByText('Nothing is subscribed to.').waitFor();
    await inspector.panel.getByLabel('Manager').selectOption('Chat');
    await inspector.body.getByText(': 1 of 1 live').waitFor();
  });

  it('stays with what is left of a manager that is disposed of', async () => {
    await window.page.evaluate(async () => {
      (await globalThis.loadInspector()).mountInspector(globalThis.inspected[1] ?? []);
    });
    await inspector.body.getByText(': 1 of 1 live').waitFor();
    await window.page.evaluate(() => globalThis.inspected[1]?.dispose());
    await inspector.body.getByText('This manager was disposed of.').waitFor();
  });

  it('leaves nothing behind, also when it is disposed of while it is loaded', async () => {
    const left = await window.page.evaluate(async () => {
      const { mountInspector } = await globalThis.loadInspector();
      const [manager] = globalThis.inspected;
      if (manager === undefined) throw new Error('there is no manager');
      const early = mountInspector(manager);
      early.dispose();
      await early.ready;
      const late = mountInspector(manager);
      await late.ready;
      late.dispose();
      late.dispose();
      return { listeners: manager.stats().statusListeners, elements: document.querySelectorAll('[data-place]').length };
    });
    expect(left).toEqual({ listeners: 0, elements: 0 });
  });

  it('refuses what is no manager, and a plan that there is not', async () => {
    const errors = await window.page.evaluate(async () => {
      const { mountInspector } = await globalThis.loadInspector();
      const attempts = [
        () => mountInspector({} as never),
        () => mountInspector(globalThis.inspected, { plan: 'gold' as never }),
      ];
      return attempts.map((attempt) => {
        try {
          attempt();
          return '';
        } catch (error) {
          return String(error);
        }
      });
    });
    expect(errors[0]).toMatch(/^TypeError: mountInspector takes a manager .* number 1 is none/);
    expect(errors[1]).toMatch(/^TypeError: There is no plan "gold": it is one of free, /);
  });

  it('opens by its button, goes through the views by keyboard, and gives the focus back when it is closed', async () => {
    const { page } = window;
    await page.evaluate(async () => {
      (await globalThis.loadInspector()).mountInspectorButton(globalThis.inspected);
    });
    const button = page.getByRole('button', { name: 'Open the realtime inspector' });
    await button.press('Enter');
    await inspector.panel.getByRole('tab', { name: 'Overview' }).press('ArrowRight');
    await inspector.panel.getByRole('tabpanel', { name: 'Sockets' }).waitFor();
    await page.keyboard.press('End');
    await inspector.panel.getByRole('tabpanel', { name: 'Session' }).waitFor();
    await page.keyboard.press('Escape');
    await inspector.panel.waitFor({ state: 'detached' });
    expect(await button.evaluate((element) => element.matches(':focus'))).toBe(true);
  });

  it('stands still while it is paused', async () => {
    await window.page.evaluate(async () => {
      (await globalThis.loadInspector()).mountInspector(globalThis.inspected[0] ?? []);
    });
    await inspector.body.getByText('Nothing is subscribed to.').waitFor();
    const pause = inspector.panel.getByRole('button', { name: 'Pause' });
    await pause.click();
    await window.page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          globalThis.inspected[0]?.subscribe(
            { table: 'clients' },
            () => undefined,
            () => {
              requestAnimationFrame(() => {
                resolve();
              });
            },
          );
        }),
    );
    expect(await inspector.body.getByText('Nothing is subscribed to.').count()).toBe(1);
    await pause.click();
    await inspector.body.getByText(': 1 of 1 live').waitFor();
  });

  it('is a tab of TanStack Devtools', async () => {
    const { page } = window;
    await page.evaluate(async () => {
      const [{ inspectorPlugin }, { TanStackDevtoolsCore }] = await Promise.all([
        globalThis.loadInspector(),
        globalThis.loadDevtools(),
      ]);
      const plugin = { ...inspectorPlugin(globalThis.inspected[1] ?? []), defaultOpen: true };
      const devtools = new TanStackDevtoolsCore({ plugins: [plugin], config: { defaultOpen: true } });
      const element = document.createElement('div');
      document.body.append(element);
      devtools.mount(element);
    });
    await inspector.body.getByText(': 1 of 1 live').waitFor();
  });

  it('is a component of React, which takes it away again', async () => {
    const { page } = window;
    await page.evaluate(async () => {
      const { show } = await globalThis.loadReact();
      globalThis.unmount = show(globalThis.inspected[1] ?? []);
    });
    await inspector.body.getByText(': 1 of 1 live').waitFor();
    await page.evaluate(() => {
      globalThis.unmount();
    });
    await inspector.panel.waitFor({ state: 'detached' });
    expect(await page.evaluate(() => globalThis.inspected[1]?.stats().statusListeners)).toBe(0);
  });
});
