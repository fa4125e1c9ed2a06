const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const redrawMs = 120;
const announceAfterMs = 700;
const remindEveryMs = 15_000;

/**
 * @param {number} ms
 */
export function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

/**
 * Shows what is being done and for how long, on standard error. A terminal gets one line that is redrawn; anything
 * else, and a step beside another, gets a line when it turns out to be long, reminders while it lasts, and one when it is done.
 */
export class Progress {
  #stream = process.stderr;
  #spinning = false;

  /**
   * A line of its own.
   *
   * @param {string} text
   */
  note(text) {
    this.#stream.write(`${this.#spinning ? '\r\x1b[2K' : ''}${text}\n`);
  }

  /**
   * Runs `work` under a title. Returns what it returns and throws what it throws.
   *
   * @template T
   * @param {string} title
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async step(title, work) {
    const begun = performance.now();
    const elapsed = () => performance.now() - begun;
    const stop = this.#stream.isTTY && !this.#spinning ? this.#spin(title, elapsed) : this.#announce(title, elapsed);
    let mark = '✗';
    try {
      const result = await work();
      mark = '✓';
      return result;
    } finally {
      stop();
      this.note(`${mark} ${title} (${seconds(elapsed())})`);
    }
  }

  /**
   * @param {string} title
   * @param {() => number} elapsed
   */
  #spin(title, elapsed) {
    let frame = 0;
    this.#spinning = true;
    const timer = setInterval(() => {
      frame = (frame + 1) % frames.length;
      this.#stream.write(`\r\x1b[2K${frames[frame] ?? ''} ${title} ${Math.floor(elapsed() / 1000)} s`);
    }, redrawMs);
    return () => {
      clearInterval(timer);
      this.#spinning = false;
      this.#stream.write('\r\x1b[2K');
    };
  }

  /**
   * @param {string} title
   * @param {() => number} elapsed
   */
  #announce(title, elapsed) {
    const first = setTimeout(() => {
      this.note(`… ${title}`);
    }, announceAfterMs);
    const reminder = setInterval(() => {
      this.note(`… ${title} (${Math.round(elapsed() / 1000)} s so far)`);
    }, remindEveryMs);
    return () => {
      clearTimeout(first);
      clearInterval(reminder);
    };
  }
}
