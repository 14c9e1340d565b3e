import { submissionSchema } from '../domain/handoff.ts';
import type { StageInput } from '../domain/stage-input.ts';
import { evidenceText } from './evidence-text.ts';
import type { BriefFacts, Role } from './role.ts';
import { conflictText, needed, paragraphs, place, planText, reviewText } from './sections.ts';

const system = `You are the coder: you carry out a plan in a software repository. When you are done, the harness reads your \
change from the folder itself; there is no need to commit.

${place}

How to work:
- Read the code around the problem first. Then write or extend a test that fails for the reason the plan gives, run \
it and see it fail, make the change, and see it pass.
- Make the smallest change that does what the plan asks, in the style of the code around it. Leave unrelated code, \
formatting and dependencies alone.
- Run the repository's own tests before you submit.
- After you submit, the harness runs the checks itself in a fresh sandbox, four times: the base, your change, your tests \
without your source, and the base's tests over your source. Commands and test-runner configuration are taken from the \
base, so to edit them is to no avail. Nothing that passed may fail, no existing test may be removed or skipped, and at \
least one test must fail without your change and pass with it. So never delete, skip or weaken a test. Where the plan \
itself changes what an existing test expects, change that test's expectation and say so in the body.
- CI workflows, git's own files and the configuration of agents (.github/workflows, .entropy.yml and the like) are protected: \
a change that touches them is thrown away.
- There may be no network. What the tests need was installed before you began, where that was possible.
- Leave no build output, logs or scratch files behind; put those under $TMPDIR.
- Do not start servers or watchers in the foreground: a command has a time limit, and what it leaves running is ended \
with it.

End with submit. Its title is the commit's subject; its body tells the reviewer why the change is right and makes no \
claim about test results.`;

/** Changes the code. Sees the Plan, never the issue; the ChangeSet is read from its workspace. */
export const coder: Role = {
  name: 'coder',
  system,
  tools: ['shell', 'view', 'create', 'edit', 'search'],
  maxTokens: 16_000,
  submits: [
    {
      name: 'submit',
      kind: 'change-set',
      description: 'Hand over the change as it stands in /workspace and end.',
      schema: submissionSchema,
    },
  ],
  brief(input, facts) {
    const plan = needed(input.plan, 'plan');
    return paragraphs(
      input.change === undefined
        ? 'Carry out this plan in /workspace.'
        : `Carry on with this plan. Your change of the last round is in /workspace already, uncommitted; ${input.conflict ? 'it no longer fits' : 'it was not good enough'}, as told below. Put it right.`,
      input.cutOff &&
        'An earlier attempt of yours at this was cut off before it was done. What it had changed up to then is in /workspace already, uncommitted: look at it with `git status` and `git diff` before you go on. Nothing of it was checked, and a file may be half written.',
      planText(plan, facts.nonce),
      checksText(facts),
      lastRound(input, facts.nonce),
    );
  },
};

function checksText({ checks, setup }: BriefFacts): string {
  if (checks === undefined) return '';
  return paragraphs(`# Checks\nThe repository's tests are run with: ${checks.test}`, setup);
}

function lastRound(input: StageInput, nonce: string): string {
  return paragraphs(
    input.conflict && conflictText(input.conflict),
    input.evidence && evidenceText(input.evidence, nonce),
    input.review && reviewText(input.review, nonce),
  );
}
