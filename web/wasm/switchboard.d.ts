import type { CoreModuleFactory } from '../core/engine/wasmModule.js';

/** The Emscripten glue, written by the C++ build into `dist/wasm`. */
declare const createCoreModule: CoreModuleFactory;
export default createCoreModule;
