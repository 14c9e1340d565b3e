import type { HandlerContext, Transition } from '../../../lib/local/walker/scope.ts';
import { named, walkIt } from '../../local/walker/walking.ts';
import { label, type Machine, retriesOf, statesIn, withMarks } from './edges-of.ts';
import { type Route, usual } from './routes.ts';

/** A state's Task that fails: at its first call, or at all. */
export interface Failing {
  readonly task: string;
  readonly error: string;
  readonly times: number;
}

/** Stands for all errors that no rule names. */
export const unforeseen = 'Unforeseen';

/** What one walk did. */
export interface Walked {
  /** Labels of the edges. */
  readonly edges: ReadonlySet<string>;
  /** The states of the definition, in the order they were entered. */
  readonly entered: readonly string[];
  /** The state data by the last Task that was given it whole. */
  readonly settled: Readonly<Record<string, unknown>> | undefined;
  readonly status: string;
}

/** Walks the route with the embedded walker; backoff is not slept. */
export async function walkRoute(
  machine: Machine,
  route: Route,
  failing?: Failing,
): Promise<Walked> {
  const told: Transition[] = [];
  const script = scriptOf(route, failing);
  const ended = await walkIt(
    withMarks(machine),
    {},
    { round: 1 },
    {
      resources: {
        invoke: async (_name, payload, context) => script.call(payload as Payload, context),
        runTask: async (_parameters, context) => script.call({}, context),
      },
      onTransition: (transition) => told.push(transition),
    },
  );
  const states = statesIn(machine);
  return {
    edges: edgesWalked(machine, told),
    entered: told.flatMap(({ phase, state }) =>
      phase === 'entered' && states.has(state) ? [state] : [],
    ),
    settled: script.settled(),
    status: ended.status,
  };
}

interface Payload {
  readonly step?: string;
  readonly role?: string;
  readonly round?: number;
  readonly state?: Readonly<Record<string, unknown>>;
}

function scriptOf({ results = {}, fails = {} }: Route, failing: Failing | undefined) {
  const attempts = new Map<string, number>();
  let failed = 0;
  let settled: Payload['state'];
  const call = ({ step, role, round = 1, state }: Payload, { key }: HandlerContext) => {
    const name = key.replace(/^.*\//, '').replace(/#\d+$/, '');
    if (state !== undefined) settled = state;
    if (failing?.task === name && failed < failing.times) {
      failed += 1;
      throw named(failing.error, 'as the case has it');
    }
    if (fails[name] !== undefined) throw named(fails[name], 'as the route has it');
    if (step === 'OpenStage') {
      const attempt = (attempts.get(`${role} ${round}`) ?? 0) + 1;
      attempts.set(`${role} ${round}`, attempt);
      return { attempt, environment: [] };
    }
    const values = results[name] ?? usual[name] ?? [];
    return values[Math.min(round, values.length) - 1];
  };
  return { call, settled: () => settled };
}

/** The edges, from nothing but what the walker told. */
function edgesWalked(machine: Machine, told: readonly Transition[]): Set<string> {
  const states = statesIn(machine);
  const edges = new Set<string>();
  const caughtIn = new Map<string, string>();
  const retried = new Map<string, { state: string; errors: string[] }>();
  for (const { phase, path, state, error = '' } of told) {
    const around = path.slice(0, path.lastIndexOf('/') + 1);
    if (phase === 'retried') {
      const visit = path.replace(/\.\d+$/, '');
      const { errors } = retried.get(visit) ?? { errors: [] };
      retried.set(visit, { state, errors: [...errors, ruleName(error)] });
    } else if (phase === 'caught') {
      caughtIn.set(around, ruleName(error));
      for (const [visit, tries] of retried) {
        if (visit !== path && !visit.startsWith(`${path}.`)) continue;
        const [rule] = retriesOf(states.get(tries.state) ?? { Type: '' }).filter(
          (one) => one.error === ruleName(error),
        );
        const used = tries.errors.filter((one) => one === rule?.error).length;
        if (used === rule?.times) edges.add(label.usedUp(tries.state, rule.error));
        retried.delete(visit);
      }
    } else if (!states.has(state)) {
      edges.add(/ catch \d+$/.test(state) ? `${state} ${caughtIn.get(around)}` : state);
      for (const [visit, tries] of retried) {
        if (!visit.startsWith(`${around}${tries.state}#`) || state !== label.next(tries.state)) {
          continue;
        }
        for (const one of tries.errors) edges.add(label.retried(tries.state, one));
        retried.delete(visit);
      }
    }
  }
  return edges;
}

function ruleName(error: string): string {
  return error === unforeseen ? 'States.ALL' : error;
}
