/** What a comment tells the system to do. */
export interface CommentCommand {
  /** In lower case; `run` where none is named. */
  readonly name: string;
  /** What follows the name: the rest of the line, and the lines below. */
  readonly rest: string;
}

/** Every command, with what it does in words for people. */
export const commandWords = {
  run: 'starts a run; `/entropy` alone does too',
  stop: 'stops the run that is at the issue',
  retry: 'starts a new run, with the answers given so far',
  answer: 'answers the question that waits; any comment does too',
  'let-pass': 'lets exactly the change pass that was stopped (maintainers)',
} as const;
export type CommandName = keyof typeof commandWords;

/** The command on the comment's first line, or undefined where the comment is none. */
export function commandIn(text: string): CommentCommand | undefined {
  const [line = '', ...below] = text.split(/\r?\n/);
  const [, name = '', after = ''] = /^\/entropy(?:[ \t]+(\S+))?(?:[ \t]+(.*))?$/i.exec(line) ?? [];
  if (!/^\/entropy([ \t]|$)/i.test(line)) return undefined;
  return {
    name: name === '' ? 'run' : name.toLowerCase(),
    rest: [after, ...below].join('\n').trim(),
  };
}
