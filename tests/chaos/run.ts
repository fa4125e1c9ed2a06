import type { Timing } from 'switchboard-backend';
import type { ManagerOptions } from 'switchboard-realtime';
import { ChannelsUnderTest, type ChannelLimits } from './channels.js';
import { FastCheck } from './check/fastCheck.js';
import { PlainCheck, type Silence } from './check/plainCheck.js';
import { checkRows, type RowsLimits } from './check/rowsCheck.js';
import { settle, type SettleLimits } from './check/settle.js';
import { openFleet, type Member } from './clients/fleet.js';
import type { PlainClient } from './clients/plain.js';
import { References } from './clients/references.js';
import { planRound, type FaultKind } from './faults/plan.js';
import { strikeRound } from './faults/round.js';
import { Random } from './random.js';
import { add, emptyReport, type Report } from './report.js';
import { until } from './until.js';
import type { Timeline } from './world/timeline.js';
import { Workload, type WorkloadOptions } from './world/workload.js';
import { openWorld, type World } from './world/world.js';

export interface ChaosOptions {
  seed: number;
  /** Asked before each round. */
  goOn: (report: Report) => boolean;
  roundMs: number;
  faultsPerRound: number;
  /** Strikes only these, if any are given. */
  only: readonly FaultKind[];
  reference: boolean;
  /** With as many clients more, on numbered changes. */
  numbered: boolean;
  /** Without handles of channels. */
  changesOnly?: boolean;
  timing: Timing;
  tuning: Partial<ManagerOptions>;
  workload: WorkloadOptions;
  limits: RowsLimits & SettleLimits & ChannelLimits;
  timeline: Timeline;
  /** After each round. */
  progress: (report: Report) => void;
}

/** Runs until it should not go on, or something is wrong; the report says what. */
export async function runChaos(options: ChaosOptions): Promise<Report> {
  const random = new Random(options.seed);
  const world = await openWorld(random.fork(), options.timeline, options.timing);
  try {
    return await new Chaos(options, random, world).run();
  } finally {
    await world.close();
  }
}

class Chaos {
  readonly #report: Report;
  readonly #fleet: readonly Member[];
  readonly #channels: ChannelsUnderTest | null;
  readonly #references: References | null;
  readonly #workload: Workload;
  readonly #plans: Random;
  readonly #checks: PlainCheck[];
  readonly #fastChecks: FastCheck[];
  #judged = 0;

  constructor(
    private readonly options: ChaosOptions,
    random: Random,
    private readonly world: World,
  ) {
    this.#report = emptyReport(options.seed);
    this.#report.fetchFaults = world.fetchFaults.counts;
    this.#workload = new Workload(world.db, random.fork(), options.workload);
    this.#plans = random.fork();
    const hasChannels = options.changesOnly !== true;
    this.#fleet = openFleet(world, random.fork(), {
      tuning: options.tuning,
      hasChannels,
      isNumbered: options.numbered,
    });
    this.#channels = hasChannels
      ? new ChannelsUnderTest(world, this.#fleet, random.fork(), this.#report.channels)
      : null;
    this.#references = options.reference ? new References(world) : null;
    const isFast = (member: Member): boolean => member.isFast;
    const others = this.#fleet.filter((member) => !isFast(member));
    this.#checks = others.flatMap((member) =>
      member.plain.map((client) => new PlainCheck(client, world.ledger, this.#silence(member))),
    );
    this.#fastChecks = this.#fleet
      .filter(isFast)
      .flatMap((member) => member.plain.map((client) => new FastCheck(client)));
    this.#report.fast.subscriptions = this.#fastChecks.length;
    for (const { manager, isFast: isNumbered, rows, plain } of this.#fleet) {
      manager.onGap(({ subscription, over, outcome, code }) => {
        // Those that come and go have greater ids, and may be on the other road.
        const isOwn = subscription <= rows.length + plain.length;
        if (isNumbered && isOwn && over) this.#report.fast.gaps += 1;
        if (over && outcome === 'unknown') add(this.#report.gaps, code);
      });
    }
  }

  async run(): Promise<Report> {
    try {
      await this.#ready();
      while (this.options.goOn(this.#report) && this.#report.problems.length === 0) {
        await this.#round();
        this.options.progress(this.#report);
      }
    } finally {
      await this.#channels?.stop();
      await this.#workload.stop();
      await Promise.all(this.#fleet.map(({ manager }) => manager.dispose()));
      await this.#references?.close();
    }
    return this.#report;
  }

  get #plain(): PlainClient[] {
    return this.#fleet.flatMap(({ plain }) => plain);
  }

  /** All live before anything is written. */
  async #ready(): Promise<void> {
    if (
      !(await until(() => this.#plain.every((client) => client.isSettled) && this.#channels?.isLive !== false, 120_000))
    )
      throw new Error('not live at the start');
    await this.#references?.ready();
  }

  async #round(): Promise<void> {
    const { roundMs, faultsPerRound, only, limits } = this.options;
    const report = this.#report;
    const plan = planRound(this.#plans.fork(), roundMs, faultsPerRound, only);
    this.#workload.start();
    this.#channels?.start();
    const tokens = [...this.#fleet, ...(this.#references === null ? [] : [this.#references])].map(
      (owner) => owner.tokens,
    );
    await strikeRound({ world: this.world, fleet: this.#fleet, tokens }, plan, roundMs, (kind) => {
      add(report.faults, kind);
    });
    await Promise.all([this.#workload.stop(), this.#channels?.stop()]);
    await this.#references?.settle(this.world.fences);
    const problems = await settle(this.#plain, this.world.fences, limits);
    await this.world.ledger.read();
    await this.#judge(problems);
    this.#count();
  }

  async #judge(problems: string[]): Promise<void> {
    const { limits, timeline } = this.options;
    const { ledger, silent } = this.world;
    const report = this.#report;
    const changes = ledger.changes.slice(this.#judged);
    this.#judged = ledger.changes.length;
    const commits = [...changes.map(({ at }) => at), ...ledger.otherCommits.splice(0)];
    const counted = (): boolean => this.#checks.every((check) => check.hasCounted(changes));
    await until(counted, limits.arriveMs);
    for (const check of this.#checks) {
      const verdict = check.judge(changes);
      report.expected += verdict.expected;
      report.inGaps += verdict.inGaps;
      report.silent += verdict.silent;
      report.pulsed += verdict.pulsed;
      problems.push(...verdict.problems.map((problem) => `${check.name}: ${problem}`));
    }
    await until(() => this.#fastChecks.every((check) => check.hasCome(changes)), limits.arriveMs);
    for (const check of this.#fastChecks) {
      const verdict = check.judge(changes);
      report.fast.expected += verdict.expected;
      problems.push(...verdict.problems.map((problem) => `${check.name}: ${problem}`));
    }
    const views = this.#fleet.flatMap((member) =>
      member.rows.map((view) => ({ view, silence: member.isFast ? null : this.#silence(member) })),
    );
    await Promise.all(
      views.map(async ({ view, silence }) => {
        const silentLoss = silence !== null && commits.some((at) => silence.lost(at) && !silence.mustTell(at));
        const verdict = await checkRows(view, ledger, silentLoss, limits);
        report.excusedRows += verdict.excused;
        report.tablesChecked += 1;
        problems.push(...verdict.problems.map((problem) => `${view.name}: ${problem}`));
      }),
    );
    await this.#references?.judge(changes);
    problems.push(...((await this.#channels?.judge(limits)) ?? []));
    silent.forget();
    for (const problem of problems) timeline.note('PROBLEM', problem);
    report.problems.push(...problems);
  }

  #silence({ pulse }: Member): Silence {
    const { silent, ledger } = this.world;
    return { lost: (at) => silent.covers(at), mustTell: (at) => pulse.mustNotice(at, ledger, silent) };
  }

  #count(): void {
    const report = this.#report;
    report.rounds += 1;
    report.changes = this.world.ledger.changes.length;
    report.transactions = this.#workload.transactions;
    const views = this.#fleet.flatMap(({ rows }) => rows);
    report.readings = sum(views.map(({ reader }) => reader.readings));
    report.liveTimes = sum(views.map(({ liveTimes }) => liveTimes));
    const stats = this.#fleet.map(({ manager }) => manager.stats());
    report.resyncs = sum(stats.map(({ gaps }) => gaps.resyncs));
    report.resyncFailures = sum(stats.map(({ gaps }) => gaps.resyncFailures));
    report.polls = sum(stats.map(({ gaps }) => gaps.polls));
    report.fast.filled = sum(stats.map(({ counters }) => counters.filled));
    report.connects = sum(stats.map(({ counters }) => counters.connects));
    report.reference = this.#references?.tally ?? null;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
