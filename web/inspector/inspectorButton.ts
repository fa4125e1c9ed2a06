import {
  mountInspector,
  type InspectedManagers,
  type InspectorOptions,
  type MountedInspector,
} from './mountInspector.js';

export interface InspectorButtonOptions extends Omit<InspectorOptions, 'container' | 'onClose'> {
  /** The corner of the button. Default: `bottom-right`. */
  corner?: 'bottom-right' | 'bottom-left' | 'top-right' | 'top-left' | undefined;
}

/** The button is drawn before the views are loaded, so it has styles of its own. */
const CSS = `
:host { all: initial; position: fixed; z-index: 2147482999; color-scheme: light dark; }
:host([data-corner='bottom-right']) { inset: auto 12px 12px auto; }
:host([data-corner='bottom-left']) { inset: auto auto 12px 12px; }
:host([data-corner='top-right']) { inset: 12px 12px auto auto; }
:host([data-corner='top-left']) { inset: 12px auto auto 12px; }
button {
  min-width: 2.75rem; min-height: 2.75rem; padding: 0 0.875rem; border: 1px solid light-dark(#c9d0dc, #3a4354); border-radius: 999px;
  background: light-dark(#ffffff, #1c222c); color: light-dark(#1a2130, #e8ebf2); cursor: pointer;
  font: 600 0.8125rem/1 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; box-shadow: 0 4px 16px rgb(15 23 42 / 22%);
}
button:focus-visible { outline: 2px solid light-dark(#3a50cf, #9aaaff); outline-offset: 2px; }
`;

/**
 * Puts a button into a corner of the page that opens the inspector as a dock, and closes it. The views are loaded when
 * it is first pressed.
 *
 * @throws TypeError as `mountInspector`.
 */
export function mountInspectorButton(
  managers: InspectedManagers,
  { corner = 'bottom-right', ...options }: InspectorButtonOptions = {},
): { readonly element: HTMLElement; dispose(): void } {
  const element = document.createElement('div');
  element.dataset['corner'] = corner;
  const root = element.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  root.adoptedStyleSheets = [sheet];
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Realtime';
  button.setAttribute('aria-label', 'Open the realtime inspector');
  root.append(button);
  document.body.append(element);

  let open: MountedInspector | null = null;
  const closed = (): void => {
    open = null;
    element.hidden = false;
    button.focus();
  };
  button.addEventListener('click', () => {
    element.hidden = true;
    open = mountInspector(managers, { ...options, onClose: closed });
  });
  return {
    element,
    dispose: () => {
      open?.dispose();
      open = null;
      element.remove();
    },
  };
}
