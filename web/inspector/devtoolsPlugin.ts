import {
  mountInspector,
  type InspectedManagers,
  type InspectorOptions,
  type MountedInspector,
} from './mountInspector.js';

/** What TanStack Devtools takes as a plugin (`TanStackDevtoolsPlugin` of `@tanstack/devtools` 0.15), without depending on it. */
export interface DevtoolsPlugin {
  readonly id: string;
  readonly name: string;
  render(element: HTMLElement, props: { readonly theme: 'light' | 'dark' }): void;
  destroy(): void;
}

/**
 * The inspector as a plugin of TanStack Devtools. The views are loaded when its tab is opened.
 *
 * ```ts
 * new TanStackDevtoolsCore({ plugins: [inspectorPlugin(manager)] }).mount(element);
 * ```
 */
export function inspectorPlugin(
  managers: InspectedManagers,
  options: Pick<InspectorOptions, 'names' | 'plan'> = {},
): DevtoolsPlugin {
  let mounted: MountedInspector | null = null;
  const destroy = (): void => {
    mounted?.dispose();
    mounted = null;
  };
  return {
    id: 'switchboard-realtime',
    name: 'Realtime',
    render: (container, { theme }) => {
      destroy();
      mounted = mountInspector(managers, { ...options, container, theme });
    },
    destroy,
  };
}
