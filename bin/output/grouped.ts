/** A whole number with commas. What Node has for it loads the customs of all languages first. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
