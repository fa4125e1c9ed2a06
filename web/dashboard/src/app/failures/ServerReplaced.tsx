import { useIsReplaced } from '../../data/network.js';

/** Says that only a reload helps; nothing while that is not so. What was typed stays until somebody presses the button. */
export function ServerReplaced() {
  if (!useIsReplaced()) return null;
  return (
    <div className="notice">
      <p role="alert">
        <b>The server was started again: reload this page.</b> Until then it shows what it knew last, and saves nothing.
      </p>
      <button type="button" className="link" onClick={reload}>
        Reload this page
      </button>
    </div>
  );
}

/** For the header, in place of the state of the connection. */
export function ReloadButton() {
  return (
    <button type="button" className="quiet-button reload-button" onClick={reload}>
      Reload
    </button>
  );
}

function reload(): void {
  location.reload();
}
