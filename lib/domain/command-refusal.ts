/** Most characters of a command's name that are handed on, and of a reason. What is shown is shorter. */
export const mostOfName = 200;
export const mostOfReason = 2_000;

/** Why a command of somebody who may give it is not carried out. */
export type CommandRefusal =
  | { readonly why: 'unknown' }
  /** The comment was changed after it was made, by whom GitHub does not say. */
  | { readonly why: 'edited' }
  /** The issue is closed. */
  | { readonly why: 'closed' }
  /** A run is at the issue, or will be. */
  | { readonly why: 'busy'; readonly run: string }
  /** A newer run has begun, or asked its question, since it was said. */
  | { readonly why: 'overtaken'; readonly run: string }
  | { readonly why: 'nothing-to-stop' }
  | { readonly why: 'nothing-to-retry' }
  | { readonly why: 'no-question' }
  | { readonly why: 'no-text' }
  | { readonly why: 'not-maintainer'; readonly permission: string }
  /** `because` is the domain's own sentence. */
  | { readonly why: 'nothing-to-pass'; readonly because: string };

/** A command that came to nothing, as it is answered on the issue. */
export interface RefusedCommand {
  /** What was asked for, in lower case. Anything that people can write. */
  readonly name: string;
  /** Id of the comment that gave it. */
  readonly comment: string;
  /** Login of who gave it. */
  readonly by: string;
  readonly refusal: CommandRefusal;
}

/** A few words on it for the log. */
export function refusalNote(name: string, refusal: CommandRefusal): string {
  switch (refusal.why) {
    case 'unknown':
      return `no command ${name.slice(0, 40)}`;
    case 'edited':
      return 'the comment was edited';
    case 'closed':
      return 'the issue is closed';
    case 'busy':
      return `${refusal.run} is at it`;
    case 'overtaken':
      return `${refusal.run} is newer than what was said`;
    case 'nothing-to-stop':
      return 'no run to stop';
    case 'nothing-to-retry':
      return 'no run to start anew';
    case 'no-question':
      return 'no question waits for an answer';
    case 'no-text':
      return 'the answer has no text';
    case 'not-maintainer':
      return `${refusal.permission} permission; maintain is needed`;
    case 'nothing-to-pass':
      return refusal.because;
  }
}
