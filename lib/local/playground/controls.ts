import { ApiError } from './errors.ts';
import type { Fault } from './faults.ts';
import type { CallLimits } from './limits.ts';
import type { Account, Role, State } from './model.ts';
import type { Principal } from './principal.ts';
import type { Dispatch } from './router.ts';
import { type SeededRepository, type SeedOptions, seedRepository } from './seed.ts';
import type { Delivery, WebhookOptions } from './webhooks.ts';
import type { World } from './world.ts';

/** An issue or pull request of a repository (`owner/name`), and who acts on it. */
interface Acting {
  readonly repository: string;
  readonly number: number;
  readonly by: string;
}

/** What the API answered. */
interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * What a test or the demo does to the playground beside its APIs. Every argument and result is plain
 * JSON, so that the same calls work on a playground in another process. Acts of people go through the
 * REST routes and throw where those refuse.
 */
export interface PlaygroundControls {
  seedRepository(options: SeedOptions): Promise<SeededRepository>;
  addAccount(login: string, type?: Account['type']): Promise<void>;
  setCollaborator(repository: string, login: string, role: Role): Promise<void>;
  /** A token with which the person acts through the APIs and through git. */
  userToken(login: string): Promise<string>;
  createIssue(issue: {
    readonly repository: string;
    readonly title: string;
    readonly body: string;
    readonly author: string;
    readonly labels?: readonly string[];
  }): Promise<{ readonly number: number; readonly url: string }>;
  label(what: Acting & { readonly label: string }): Promise<void>;
  unlabel(what: Acting & { readonly label: string }): Promise<void>;
  comment(what: Acting & { readonly body: string }): Promise<{ readonly id: number }>;
  assign(what: Acting & { readonly assignee: string }): Promise<void>;
  closeIssue(what: Acting): Promise<void>;
  /** Any REST request as a person; answers with the status, whatever it is. */
  request(as: string, method: string, path: string, body?: unknown): Promise<Answer>;
  addWebhook(options: WebhookOptions): Promise<number>;
  removeWebhook(id: number): Promise<void>;
  deliveries(): Promise<readonly Delivery[]>;
  redeliver(guid: string): Promise<Delivery>;
  /** Waits until no delivery is on its way. */
  settled(): Promise<void>;
  /** How many of the App's installation tokens would be let in now. */
  liveTokens(): Promise<number>;
  /** All that is not in git. */
  snapshot(): Promise<State>;
  /** Makes the next fitting API requests go wrong. */
  addFault(fault: Fault): Promise<void>;
  clearFaults(): Promise<void>;
  /** Sets the limits of calls, and counts anew. Without any they are GitHub's own. */
  limitCalls(limits: CallLimits): Promise<void>;
}

export type ControlName = keyof PlaygroundControls;

const named: Record<ControlName, true> = {
  seedRepository: true,
  addAccount: true,
  setCollaborator: true,
  userToken: true,
  createIssue: true,
  label: true,
  unlabel: true,
  comment: true,
  assign: true,
  closeIssue: true,
  request: true,
  addWebhook: true,
  removeWebhook: true,
  deliveries: true,
  redeliver: true,
  settled: true,
  liveTokens: true,
  snapshot: true,
  addFault: true,
  clearFaults: true,
  limitCalls: true,
};
/** Every control's name. */
export const controlNames = Object.keys(named) as ControlName[];

/** The controls, by name: what a playground in another process can be asked for. */
export function createControls(world: World, dispatch: Dispatch): PlaygroundControls {
  const send = async (as: string, method: string, path: string, body?: unknown) => {
    const url = new URL(`http://playground${path}`);
    world.store.account(as);
    const principal: Principal = { kind: 'user', login: as };
    const query = url.searchParams;
    return dispatch({ method, path: url.pathname, query, body, principal, accept: '' });
  };
  const act = async (as: string, method: string, path: string, body?: unknown) =>
    (await send(as, method, path, body)).body as Record<string, unknown>;
  const issue = ({ repository, number }: Acting) => `/repos/${repository}/issues/${number}`;
  return {
    ...administration(world),
    async createIssue({ repository, author, ...fields }) {
      const made = await act(author, 'POST', `/repos/${repository}/issues`, fields);
      return { number: made.number as number, url: made.html_url as string };
    },
    async label({ label, ...what }) {
      await act(what.by, 'POST', `${issue(what)}/labels`, { labels: [label] });
    },
    async unlabel({ label, ...what }) {
      await act(what.by, 'DELETE', `${issue(what)}/labels/${encodeURIComponent(label)}`);
    },
    async comment({ body, ...what }) {
      const made = await act(what.by, 'POST', `${issue(what)}/comments`, { body });
      return { id: made.id as number };
    },
    async assign({ assignee, ...what }) {
      await act(what.by, 'POST', `${issue(what)}/assignees`, { assignees: [assignee] });
    },
    async closeIssue(what) {
      await act(what.by, 'PATCH', issue(what), { state: 'closed' });
    },
    async request(as, method, path, body) {
      try {
        const { status, body: answer } = await send(as, method, path, body);
        return { status, body: answer ?? null };
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        const { status, message, errors } = error;
        return { status, body: errors ? { message, errors } : { message } };
      }
    },
  };
}

type Administration = Omit<
  PlaygroundControls,
  'createIssue' | 'label' | 'unlabel' | 'comment' | 'assign' | 'closeIssue' | 'request'
>;

function administration(world: World): Administration {
  const { store, webhooks, tokens } = world;
  return {
    seedRepository: (options) => seedRepository(world, options),
    async addAccount(login, type) {
      store.account(login, type);
      store.changed();
    },
    async setCollaborator(name, login, role) {
      const [owner = '', repo = ''] = name.split('/');
      const repository = store.repository(owner, repo);
      if (!repository) throw new Error(`no repository ${name}`);
      store.account(login);
      repository.collaborators[login] = role;
      store.changed();
    },
    async userToken(login) {
      return tokens.mintUser(store.account(login).login);
    },
    addWebhook: async (options) => webhooks.add(options),
    removeWebhook: async (id) => webhooks.remove(id),
    deliveries: async () => webhooks.deliveries(),
    redeliver: (guid) => webhooks.redeliver(guid),
    settled: () => webhooks.settled(),
    liveTokens: async () => tokens.liveInstallationTokens(),
    snapshot: async () => structuredClone(store.state),
    addFault: async (fault) => world.faults.add(fault),
    clearFaults: async () => world.faults.clear(),
    limitCalls: async (limits) => world.limits.set(limits),
  };
}
