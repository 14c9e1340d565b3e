/** Where a server's one-line messages go. */
export type Log = (line: string) => void;

/** A log that gives each message a time: `TIME message`, or one JSON object a line. */
export function lineLog(
  write: (text: string) => void,
  { json, now }: { readonly json: boolean; readonly now: () => number },
): Log {
  return (line) => {
    const time = new Date(now()).toISOString();
    // A message of several lines stays one entry.
    const message = line.replace(/\s*\n\s*/g, ' | ').replace(/\p{Cc}/gu, ' ');
    const run = /\br-[0-9a-f]{20}\b/.exec(message)?.[0];
    write(`${json ? JSON.stringify({ time, message, run }) : `${time} ${message}`}\n`);
  };
}
