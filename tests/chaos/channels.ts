import { checkPresence } from './check/presenceCheck.js';
import { RoomCheck, type RoomBook, type Stored } from './check/roomCheck.js';
import type { Member } from './clients/fleet.js';
import { openSpeakers, type Speakers } from './clients/roomFleet.js';
import type { RoomHandle } from './clients/roomHandle.js';
import { sendInSql, type SentMessages } from './clients/speakers.js';
import type { Random } from './random.js';
import { add, type ChannelReport } from './report.js';
import { until } from './until.js';
import { askServer } from './world/presenceWitness.js';
import { airName, eventName, roomNames, type RoomName } from './world/rooms.js';
import type { World } from './world/world.js';

export interface ChannelLimits {
  /** For all handles to be live again. */
  liveMs: number;
  /** For a message that was sent to live handles to arrive. */
  arriveMs: number;
  /** For presence to be the same everywhere. Calls are held back for up to 32 s. */
  presentMs: number;
}

/** The server allows so many presence calls of a channel in so many ms. */
const [CALLS, CALLS_MS] = [5, 30_000];
const FENCE = 'fence';

/** The handles of channels of the fleet, what is sent to them, and whether they got it. */
export class ChannelsUnderTest {
  readonly #sent: SentMessages = new Map();
  readonly #speakers: Speakers;
  readonly #checks: readonly { handle: RoomHandle; check: RoomCheck }[];
  #speaking: Promise<void>[] = [];
  #isOver = true;
  #fence = 0;
  /** The place of the first broadcast that has not been judged. */
  #judged = 0;

  constructor(
    private readonly world: World,
    fleet: readonly Member[],
    random: Random,
    private readonly report: ChannelReport,
  ) {
    const handles = fleet.flatMap((member) => member.handles);
    const managers = new Map(fleet.map(({ name, manager }) => [name, manager]));
    this.#speakers = openSpeakers(world, { managers, handles }, random, this.#sent, report.outcomes);
    this.#checks = handles.map((handle) => ({ handle, check: new RoomCheck(handle) }));
    for (const { channel } of handles) {
      channel.onGap(({ code, healed }) => {
        add(report.gaps, `${code}${healed ? ', healed' : ''}`);
      });
    }
  }

  get isLive(): boolean {
    return this.#handles().every((handle) => handle.isLive);
  }

  start(): void {
    this.#isOver = false;
    this.#speaking = this.#speakers.map((speaker) => speaker.speak(() => this.#isOver));
  }

  /** Resolves when nothing is to be sent any more. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#speaking);
  }

  /** Waits for a quiet time, and gives all that is wrong then. */
  async judge(limits: ChannelLimits): Promise<string[]> {
    const problems = await this.#settle(limits);
    problems.push(...this.#judgeCalls());
    const { airtime } = this.world;
    const aired = airtime.aired.slice(this.#judged);
    this.#judged = airtime.aired.length;
    for (const room of roomNames) {
      const inRoom = aired.filter((entry) => entry.room === airName(room));
      const book = await this.#book(room);
      const checks = this.#checks.filter(({ handle }) => handle.spec.room === room);
      // What was sent last may be on its way.
      await until(() => !checks.some(({ check }) => check.lacks(inRoom, book)), limits.arriveMs);
      for (const { handle, check } of checks) {
        const { problems: found, ...figures } = check.judge(inRoom, book);
        problems.push(...found.map((problem) => `${handle.name}: ${problem}`));
        for (const [name, count] of Object.entries(figures)) this.report[name as keyof typeof figures] += count;
        handle.gaps = [];
      }
      const handles = this.#handles(room);
      const differences = await checkPresence(handles, () => askServer(this.world.backend, room), limits.presentMs);
      this.report.presenceChecks += 1;
      problems.push(...differences.map((difference) => `${room}: ${difference}`));
    }
    problems.push(...this.#neverAired());
    return problems;
  }

  #handles(room?: RoomName): RoomHandle[] {
    const handles = this.#checks.map(({ handle }) => handle);
    return room === undefined ? handles : handles.filter(({ spec }) => spec.room === room);
  }

  /** Until a message that was sent after all others has come everywhere. */
  async #settle({ liveMs, arriveMs }: ChannelLimits): Promise<string[]> {
    const deadline = Date.now() + liveMs + arriveMs;
    const handles = this.#handles();
    do {
      if (!(await until(() => handles.every((handle) => handle.isSettled), liveMs))) {
        const names = handles.filter((handle) => !handle.isSettled).map(({ name }) => name);
        return [`not live again within ${liveMs} ms: ${names.join(', ')}`];
      }
      const event = eventName(FENCE, (this.#fence += 1));
      this.#sent.set(event, 'sent');
      for (const room of roomNames) await sendInSql(this.world.db, room, event, {});
      const has = ({ heard }: RoomHandle): boolean => heard.some((each) => each.event === event);
      await until(() => handles.every((handle) => has(handle) || !handle.isSettled), arriveMs);
      if (handles.every(has)) return [];
    } while (Date.now() < deadline);
    return ['messages that were sent to live handles did not arrive'];
  }

  async #book(room: RoomName): Promise<RoomBook> {
    const { airtime, db } = this.world;
    const { rows } = await db.query<Stored>(
      `select event, (extract(epoch from inserted_at) * 1000)::float8 as at from realtime.messages
        where topic = $1 and private and extension = 'broadcast' order by inserted_at`,
      [room],
    );
    return {
      sent: this.#sent,
      byEvent: airtime.byEvent,
      stored: rows,
      isBetweenReplayAndJoin: (at) => airtime.isBetweenReplayAndJoin(room, at),
      interrupted: new Set(
        this.#handles(room)
          .filter(({ gaps }) => gaps.length > 0)
          .map(({ name }) => name),
      ),
    };
  }

  #judgeCalls(): string[] {
    const { airtime } = this.world;
    const { count, channel } = airtime.mostCallsWithin(CALLS_MS);
    this.report.presenceCalls = airtime.callCount;
    this.report.mostCalls = Math.max(this.report.mostCalls, count);
    airtime.forgetCallsBefore(Date.now() - CALLS_MS);
    return count <= CALLS ? [] : [`${count} presence calls within ${CALLS_MS} ms: ${channel}`];
  }

  /** What the server has acknowledged it must have distributed. */
  #neverAired(): string[] {
    const missing = [...this.#sent].filter(
      ([event, sent]) => sent === 'acknowledged' && !this.world.airtime.byEvent.has(event),
    );
    return missing.map(([event]) => `${event} was acknowledged and never distributed`);
  }
}
