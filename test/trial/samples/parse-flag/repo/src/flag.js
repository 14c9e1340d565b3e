const yes = ['true', 'yes', 'on', '1'];

/** True where a setting's text switches something on. */
export function parseFlag(text) {
  return yes.includes(text);
}
