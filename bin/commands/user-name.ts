import { userInfo } from 'node:os';

/** Who calls, as the machine names them; `uid-N` where it has no name for that user, as in a container. */
export function userName(read: () => { readonly username: string } = userInfo): string {
  try {
    return read().username;
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}
