/** A count and a noun, such as `3 files`. */
export function plural(count, noun) {
  return `${count} ${noun}s`;
}
