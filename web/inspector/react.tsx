/**
 * The inspector as a component of React.
 *
 * @packageDocumentation
 */
import { useEffect, useRef, type ComponentPropsWithoutRef } from 'react';
import type { PlanName } from './model/limits.js';
import type { InspectedManagers, InspectorOptions, MountedInspector } from './mountInspector.js';

export type RealtimeInspectorProps = ComponentPropsWithoutRef<'div'> & {
  /** One manager or several. In another list, the inspector begins again. */
  manager: InspectedManagers;
  names?: readonly string[] | undefined;
  plan?: PlanName | undefined;
  theme?: InspectorOptions['theme'];
  /** With it, there is a button that closes. */
  onClose?: (() => void) | undefined;
};

/**
 * Shows the inspector in an element of its own, which takes the other props, such as `className` for its size. It is
 * loaded when the component is mounted; nothing of it is rendered on a server.
 *
 * ```tsx
 * {isOpen ? <RealtimeInspector manager={manager} className="inspector" onClose={() => setOpen(false)} /> : null}
 * ```
 */
export function RealtimeInspector({ manager, names, plan, theme, onClose, ...rest }: RealtimeInspectorProps) {
  const container = useRef<HTMLDivElement>(null);
  const newestOnClose = useRef(onClose);
  useEffect(() => {
    newestOnClose.current = onClose;
  });
  const hasClose = onClose !== undefined;
  const namesText = JSON.stringify(names ?? []);
  useEffect(() => {
    let isGone = false;
    let inspector: MountedInspector | null = null;
    void import('./mountInspector.js').then(({ mountInspector }) => {
      const element = container.current;
      if (isGone || element === null) return;
      const close = (): void => {
        newestOnClose.current?.();
      };
      inspector = mountInspector(manager, {
        ...{ container: element, names: JSON.parse(namesText) as string[], plan, theme },
        onClose: hasClose ? close : undefined,
      });
    });
    return () => {
      isGone = true;
      inspector?.dispose();
    };
  }, [manager, namesText, plan, theme, hasClose]);
  return <div {...rest} ref={container} />;
}
