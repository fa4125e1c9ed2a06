// Makes the package, as it was built, reachable for the tests that drive this page.
import * as switchboard from '/package/core/index.js';

globalThis.switchboard = switchboard;
