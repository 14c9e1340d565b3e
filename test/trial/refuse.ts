/** What is given for an option, where it is one of the choices; else the process ends with exit code 2. */
export function oneOf<T extends string>(option: string, choices: readonly T[], given: string): T {
  const found = choices.find((choice) => choice === given);
  return found ?? refuse(`--${option} takes ${choices.join(', ')}, not "${given}"`);
}

/** Ends the process with exit code 2, and says why. */
export function refuse(why: string): never {
  console.error(`trial: ${why}`);
  process.exit(2);
}
