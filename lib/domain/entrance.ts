/**
 * Ways into the publisher's function beside the one that the lifecycle has to itself. Each is an alias that one other
 * function may call, and takes what `lib/services/lifecycle/entrances.ts` says of it: `signs` are what is said on
 * issues where no run is walked, `settling` ends runs whose walk ended otherwise.
 */
export const entrances = ['signs', 'settling'] as const;
export type Entrance = (typeof entrances)[number];
