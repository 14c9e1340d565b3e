/** Joins words into one string. */
export function joinWords(words, separator = '-') {
  return words.filter((word) => word !== '').join('-');
}
