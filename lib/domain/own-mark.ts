/** How every mark begins that is hidden in what is written to a forge: `<!-- entropy:KEY -->`. */
export const ownMark = '<!-- entropy:';
