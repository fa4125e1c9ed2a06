import { CarrierUnavailable } from '../tab/line.js';
import { messagePort, type Port } from '../wire/messages.js';

export interface StartedWorker {
  readonly port: Port;
  /** Rejects with CarrierUnavailable when it can't run. */
  readonly failed: Promise<never>;
}

/** Starts the SharedWorker of this name, or finds the one that runs. @throws CarrierUnavailable */
export type StartWorker = (address: string, name: string) => StartedWorker;

export const startWorker: StartWorker = (address, name) => {
  let worker: SharedWorker;
  try {
    worker = new SharedWorker(address, { name });
  } catch (error) {
    throw new CarrierUnavailable(`The worker for all tabs can't be started: ${String(error)}`);
  }
  const failed = new Promise<never>((_resolve, reject) => {
    worker.onerror = (event) => {
      // Its file could not be loaded, or does not run. The reason is in the status.
      event.preventDefault();
      reject(new CarrierUnavailable(`The worker for all tabs, ${address}, could not be loaded.`));
    };
  });
  return { port: messagePort(worker.port), failed };
};
