import type { Budget, CallEstimate, Spending, Usage } from './budget.ts';
import type { Claim, ClaimRequest } from './claim.ts';
import type { Admission, DayRequest } from './daily.ts';
import type { Effect, EffectKind } from './effect.ts';
import type { EngineName } from './engine.ts';
import type { Exposure } from './exposure.ts';
import type { Forge } from './forge.ts';
import type { LedgerEvent, LedgerHead, NewEvent } from './ledger.ts';
import type { ModelReply, ModelRequest, TurnAddress } from './model.ts';
import type { Failure } from './outcome.ts';
import type { Pause } from './pause.ts';
import type { ModelChoice, Run, RunSettings, RunStatus } from './run.ts';
import type { Source } from './source.ts';
import type { RoleName, StageAttempt, StageKey, StageLimits, StageRecord } from './stage.ts';

// Every write takes the events that tell of it and stores both in one transaction.

/** Time and randomness, so that the domain has none of its own. */
interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export interface RunStore {
  /** Stores a queued run; an id that exists already is left as it is and no event is written. */
  create(run: Run, events: readonly NewEvent[]): Promise<{ created: boolean; run: Run }>;
  get(id: string): Promise<Run | undefined>;
  /** Newest first. */
  list(filter?: {
    status?: readonly RunStatus[];
    /** Only runs of this issue. */
    issue?: Pick<Run, 'repository' | 'issue'>;
    limit?: number;
  }): Promise<readonly Run[]>;
  /**
   * Changes a run if its status is one of `from`; returns the run as it then is. Where the status is
   * another nothing is written and the stored run is returned. Throws `NotFound`.
   */
  update(
    id: string,
    from: readonly RunStatus[],
    change: Partial<Omit<Run, 'id'>>,
    events: readonly NewEvent[],
  ): Promise<Run>;
}

/** Rules in `claim.ts`; `events` are written only where the stored claim changes owner or is freed. */
export interface ClaimStore {
  get(key: string): Promise<Claim | undefined>;
  /** Throws `ClaimHeld`. */
  acquire(request: ClaimRequest, events: readonly NewEvent[]): Promise<Claim>;
  /** Throws `FenceStale`, `Cancelled`. */
  heartbeat(request: ClaimRequest & { readonly fence: number }): Promise<Claim>;
  /** Asks the owner to stop; false where `run` is not the owner. */
  requestCancel(
    key: string,
    run: string,
    at: number,
    events: readonly NewEvent[],
  ): Promise<boolean>;
  release(key: string, run: string, fence: number, events: readonly NewEvent[]): Promise<void>;
}

/** Named leases in a map, never a counter: taking or freeing twice is the same as once. */
export interface SlotStore {
  /** False where `capacity` live holders (until >= now) stand already. A holder's own slot is renewed. */
  take(
    pool: string,
    holder: string,
    now: number,
    until: number,
    capacity: number,
  ): Promise<boolean>;
  release(pool: string, holder: string): Promise<void>;
  holders(pool: string, now: number): Promise<readonly string[]>;
}

/** Who is at a run, one at a time: the instance that walks it, or a call for a step of it where none does. */
export interface RunnerStore {
  /** True where `instance` now walks the run: it was free, expired, or its own. */
  lease(run: string, instance: string, now: number, until: number): Promise<boolean>;
  release(run: string, instance: string): Promise<void>;
  /** The live holder, if any. */
  holder(run: string, now: number): Promise<string | undefined>;
}

export interface StageStore {
  /**
   * Opens the next attempt: numbers it, closes and revokes the earlier ones of this stage, stores the
   * boot code's hash. One transaction.
   */
  open(
    key: StageKey,
    boot: {
      readonly hash: string;
      readonly expires: number;
      readonly deadline: number;
      readonly at: number;
    },
    events: readonly NewEvent[],
  ): Promise<StageRecord>;
  get(attempt: StageAttempt): Promise<StageRecord | undefined>;
  /** All attempts of a run, in the order they were opened. */
  list(run: string): Promise<readonly StageRecord[]>;
  /** Trades an unused, unexpired boot code for a session, once. Throws `SessionRefused`. */
  redeem(
    bootHash: string,
    sessionHash: string,
    now: number,
    events: readonly NewEvent[],
  ): Promise<StageRecord>;
  /** The attempt of a live session: not revoked, before its deadline, attempt not closed. Throws `SessionRefused`. */
  session(sessionHash: string, now: number): Promise<StageRecord>;
  /** Records the handoff of an open attempt, first one only. Throws `SessionRefused` when it is closed. */
  leave(attempt: StageAttempt, handoff: string, events: readonly NewEvent[]): Promise<void>;
  /** Records work that was cut off, for the next attempt. Throws `SessionRefused` when it is closed. */
  keepPartial(attempt: StageAttempt, partial: string, events: readonly NewEvent[]): Promise<void>;
  /** Records what went wrong; an observed failure is never replaced by a claimed one. */
  fail(
    attempt: StageAttempt,
    failure: Failure & { observed: boolean },
    events: readonly NewEvent[],
  ): Promise<void>;
  /** Has calls go to the model at that place of the role's chain. Throws `SessionRefused` when it is closed. */
  useLink(attempt: StageAttempt, link: number, events: readonly NewEvent[]): Promise<void>;
  /** Ends the attempt and its session. Idempotent. */
  close(attempt: StageAttempt, at: number, events: readonly NewEvent[]): Promise<StageRecord>;
  /** Next turn number of the attempt, from 1, counted in the store. */
  nextTurn(attempt: StageAttempt): Promise<number>;
  /** The same for a body that is about to be stored for the attempt. Throws `SessionRefused` when it is closed. */
  nextBody(attempt: StageAttempt): Promise<number>;
}

/** The budget's account: per issue, over all roles, rounds and attempts. */
export interface BudgetStore {
  /** Sets the estimate aside before the call, by the rule in `budget.ts`. Throws `BudgetExceeded`. */
  reserve(
    run: string,
    call: string,
    budget: Budget,
    estimate: CallEstimate,
    events: readonly NewEvent[],
  ): Promise<Spending>;
  /** Replaces the reservation by what was used. Idempotent per call. */
  settle(
    run: string,
    call: string,
    usage: Usage,
    dollars: number | undefined,
    events: readonly NewEvent[],
  ): Promise<void>;
  spent(run: string): Promise<Spending & { readonly usage: Usage }>;
}

/** Which runs began on which day, by repository: what daily caps are held against. */
export interface AdmissionStore {
  /** Lets a run in by the rule in `daily.ts`, and counts it. Once let in, a run stays so. */
  admit(
    request: DayRequest & { readonly repository: string; readonly day: string },
  ): Promise<Admission>;
}

/** The operator's kill switch over all runs. */
export interface PauseStore {
  /** The pause that stands, if any. */
  get(): Promise<Pause | undefined>;
  /** Throws the switch; a pause that stands is left as it is. Gives the one that stands then. */
  pause(pause: Pause): Promise<Pause>;
  /** False where nothing was paused. */
  resume(): Promise<boolean>;
}

export interface EffectStore {
  /** Records the intent, once; returns the effect as stored, with its receipt where it is done. */
  intend(key: string, run: string, kind: EffectKind, events: readonly NewEvent[]): Promise<Effect>;
  receipt(
    key: string,
    receipt: Record<string, unknown>,
    events: readonly NewEvent[],
  ): Promise<void>;
  list(run: string): Promise<readonly Effect[]>;
}

/** A webhook delivery that passed its checks. */
export interface Delivery {
  readonly id: string;
  readonly bodyHash: string;
  /** Same meaning, same key, whatever the delivery's id. */
  readonly semanticKey: string;
  readonly event: string;
  /** The few fields the dispatcher needs, as JSON. */
  readonly intent: Record<string, unknown>;
  readonly receivedAt: number;
}
export interface InboxStore {
  /** Durable when it returns. False where id, body or meaning was seen before. */
  accept(delivery: Delivery): Promise<boolean>;
  /** Those that wait, oldest first; only those behind `after`, an earlier answer's last one, where it is given. */
  pending(limit: number, after?: Delivery): Promise<readonly Delivery[]>;
  /** Takes the delivery out of `pending`; `note` says what became of it. */
  done(id: string, note: string): Promise<void>;
}

/** How far something that is read bit by bit was read, by name. */
export interface CursorStore {
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
}

/** A run's events and payloads. Payloads are addressed by SHA-256 and written before an event names them. */
export interface Ledger {
  append(run: string, events: readonly NewEvent[]): Promise<LedgerHead>;
  /** Events from `from` on, in order. */
  events(run: string, from?: number): Promise<readonly LedgerEvent[]>;
  putPayload(run: string, bytes: Uint8Array | string): Promise<string>;
  /** Throws `NotFound`. */
  payload(run: string, digest: string): Promise<Buffer>;
  /** Copies events not yet copied to write-once objects. Safe to repeat. */
  flush(run: string): Promise<void>;
  /** Writes the manifest and its signature, after the last event. Idempotent. */
  seal(
    run: string,
    facts: { outcome: string; models: readonly string[]; definition: string },
  ): Promise<LedgerHead>;
}

/** A key that signs ledgers. */
export interface Signer {
  /** SPKI, PEM. */
  readonly publicKey: string;
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/** Makes the forge for a repository, with authority for one run's effects. */
export type ForgeOf = (run: Pick<Run, 'id' | 'repository' | 'issue'>) => Forge;

/** What the provider is asked for. */
export interface ProviderCall {
  readonly request: ModelRequest;
  readonly choice: ModelChoice;
  readonly address: TurnAddress;
  readonly signal: AbortSignal;
}
/** Where model turns come from. Throws `ModelFailed` after its own retries. */
export type Provider = (call: ProviderCall) => Promise<ModelReply>;

/** Starts one sandbox and waits for its end. A stage is judged by its handoff, so no result is given. */
export interface Sandboxes {
  run(task: {
    readonly attempt: StageAttempt;
    readonly bootCode: string;
    readonly limits: StageLimits;
    readonly signal: AbortSignal;
  }): Promise<{
    readonly ended: 'exited' | 'deadline' | 'limit' | 'aborted';
    readonly detail: string;
  }>;
  /** Ends what earlier processes left behind. Returns how many process trees were ended. */
  reap(): Promise<number>;
}

/** All that the lifecycle's services need. */
export interface Ports {
  readonly clock: Clock;
  readonly runs: RunStore;
  readonly claims: ClaimStore;
  readonly slots: SlotStore;
  readonly runners: RunnerStore;
  readonly stages: StageStore;
  readonly budgets: BudgetStore;
  readonly admissions: AdmissionStore;
  readonly pauses: PauseStore;
  readonly effects: EffectStore;
  readonly inbox: InboxStore;
  readonly cursors: CursorStore;
  readonly ledger: Ledger;
  readonly source: Source;
  readonly forgeOf: ForgeOf;
  /** Of a choice, in a run with the operator's settings. */
  readonly provider: (choice: ModelChoice, settings: RunSettings) => Provider;
  readonly limitsOf: (role: RoleName) => StageLimits;
  /** `any` where it is not given. */
  readonly exposure?: Exposure;
  /** The proxy that sandboxes reach the world by, where they have no way of their own; undefined while it is not there. */
  readonly proxyAddress?: () => Promise<string | undefined>;
  /** Why an engine can't be started where sandboxes run; a place that can't know has none. */
  readonly engineFault?: (engine: EngineName) => string | undefined;
}

/** What walking a run in process needs beside: where sandboxes come from. */
export interface RunnerPorts extends Ports {
  readonly sandboxes: Sandboxes;
}
