import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HandoffInvalid } from '../../domain/errors.ts';
import { guidanceText } from '../../roles/guidance.ts';
import { paragraphs } from '../../roles/sections.ts';
import { cleanGuidance } from '../clean-text.ts';
import { answerSchema, fileAnswer } from './answer.ts';
import type { Cli, CliJob, Heard } from './cli.ts';
import { type Door, openDoor } from './door.ts';
import type { Engine, EngineWork } from './engine.ts';
import { failureOf } from './engine-failure.ts';
import { systemFor } from './engine-system.ts';
import { handoffTaker } from './handoff.ts';
import { type LifeSign, lifeSign } from './life-sign.ts';
import { programOf } from './program.ts';
import { runCli, silent } from './run-cli.ts';

const goesBack = 2;

/** An engine that is a program of its own. */
export function cliEngine(cli: Cli): Engine {
  return { perform: (work) => performCli(cli, work) };
}

/** The conversation so far. */
interface Talk {
  readonly door: Door;
  readonly folder: string;
  readonly program: readonly string[];
  session?: string | undefined;
  life: LifeSign;
}

async function performCli(cli: Cli, work: EngineWork): Promise<void> {
  const program = programOf(cli.name, work);
  const folder = join(work.scratch, 'engine');
  await mkdir(join(folder, 'home'), { recursive: true });
  const { idleMs, turns } = work.limits;
  const quiet = () => {
    const inVain = talk.door.waiting() > 0 || talk.door.unheard();
    return talk.door.failure() ?? silent(idleMs, inVain);
  };
  const door = await openDoor({
    target: work.wire.url,
    token: work.wire.token,
    proxy: work.wire.proxy,
    turns,
    idleMs,
    onLife: () => talk.life.seen(),
    onOver: (reason) => talk.life.stop(reason),
  });
  const talk: Talk = { door, folder, program, life: lifeSign(idleMs, quiet) };
  try {
    const take = handoffTaker(work);
    let prompt = briefFor(work);
    for (let tries = 0; ; tries += 1) {
      const left = await playOnce(cli, work, talk, prompt);
      try {
        await work.gateway.leave(await take(left));
        return;
      } catch (error) {
        if (!(error instanceof HandoffInvalid) || tries >= goesBack) throw error;
        const back = `Not accepted: ${error.message}`;
        prompt = talk.session === undefined ? paragraphs(briefFor(work), back) : back;
        talk.life = lifeSign(idleMs, quiet);
      }
    }
  } finally {
    door.close();
  }
}

function briefFor({ role, input, facts }: EngineWork): string {
  const nonce = randomBytes(8).toString('hex');
  return paragraphs(
    role.brief(input, { ...facts, nonce }),
    guidanceText(cleanGuidance(input.guidance), nonce),
  );
}

/** Runs the program once, and gives what it left as its answer. */
async function playOnce(cli: Cli, work: EngineWork, talk: Talk, prompt: string): Promise<unknown> {
  const { door, folder, program, life } = talk;
  const job = jobFor(work, talk);
  await rm(job.answerFile, { force: true });
  const start = cli.start(job);
  const heard: { -readonly [K in keyof Heard]: Heard[K] } = {};
  const began = performance.now();
  const end = await runCli({
    program,
    start,
    prompt: talk.session === undefined ? paragraphs(start.preface, prompt) : prompt,
    place: work.place,
    scratch: folder,
    wallMs: work.limits.wallMs,
    life,
    onLine: (line) => {
      const { events = [], ...rest } = cli.hear(line) ?? {};
      for (const event of events) work.tell(withoutKey(event, door.key));
      Object.assign(heard, rest);
    },
  });
  talk.session = heard.session ?? talk.session;
  const { exitCode } = end.result;
  const durationMs = Math.round(performance.now() - began);
  const asked = { calls: door.calls(), failedCalls: door.failed() };
  work.tell({ kind: 'engine.ended', data: { engine: cli.name, exitCode, durationMs, ...asked } });
  const failure = failureOf(cli.name, end, heard, door.failure());
  if (failure !== undefined) throw withoutKey(failure, door.key);
  const said = cli.wholeOutput ? end.result.output : heard.said;
  return heard.answer ?? (await fileAnswer(job.answerFile)) ?? said;
}

function jobFor(work: EngineWork, { door, folder, session }: Talk): CliJob {
  const { role, engine, workspace, limits } = work;
  return {
    engine,
    may: { write: role.tools.includes('edit'), run: role.tools.includes('shell') },
    wire: engine.wires[0] ?? 'messages',
    anthropicUrl: `${door.url}/anthropic`,
    openaiUrl: `${door.url}/openai/v1`,
    key: door.key,
    system: systemFor(role, workspace.root),
    root: workspace.root,
    home: join(folder, 'home'),
    answerFile: join(folder, 'answer.json'),
    answerSchema: answerSchema(role),
    ...(session === undefined ? {} : { resume: session }),
    limits,
  };
}

/** The door's key is worth little, and still no log's business. */
function withoutKey<T extends object>(value: T, key: string): T {
  if (value instanceof Error) {
    value.message = value.message.replaceAll(key, '[key]');
    return value;
  }
  return JSON.parse(JSON.stringify(value).replaceAll(key, '[key]')) as T;
}
