/** Tasks of more than 50 ms, in which the page could not answer; counted by the browser since the page was loaded. */
class LongTasks {
  #count = 0;

  constructor() {
    if (!PerformanceObserver.supportedEntryTypes.includes('longtask')) return;
    new PerformanceObserver((list) => {
      this.#count += list.getEntries().length;
    }).observe({ type: 'longtask', buffered: true });
  }

  get count(): number {
    return this.#count;
  }
}

export const longTasks = new LongTasks();
