/** Of this package; `tests/node/package` holds it against package.json. */
export const VERSION = '0.1.0';
