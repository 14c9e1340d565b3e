import fc from 'fast-check';

/** Pieces that hide text or can be put together to something that does. */
const pieces = [
  ...['<!--', '-->', '<', '>', '!', '--', '<!', '<?', '?>', '<![CDATA[', ']]>'],
  ...[
    '<b',
    '</b>',
    '<p hidden>',
    '</p>',
    '<script>',
    '</script>',
    ' title="',
    "' alt='",
    '"',
    '/>',
  ],
  ...[
    '<img alt="x" src="y">',
    '<div style="display:none">',
    '</div>',
    '<pre>',
    '</pre>',
    '<a b c>',
  ],
  ...['![', '](', ')', '[', ']', ']:', '[x]: # (y)', '\n[x]: <y> "z"', '(data:x)', '"t")', '\\'],
  ...['```', '~~~', '`', '``', '\n', '\n\n', '\r', '\r\n', '    ', '> ', '- ', '# '],
  ...['&#8203;', '&#x200b;', '&zwj;', '&', '#', 'x200b', ';', '&amp;', '&lt;!--', '&shy;'],
  ...['\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u202e', '\u2066', '\u00ad', '\u001b[31m'],
  ...[
    '\u{e0041}',
    '\u{e0067}\u{e0062}',
    '\u{e007f}',
    '\ufe0f',
    '\u{e0100}',
    '\u{1f3f4}',
    '❤',
    '👩',
    '🏽',
  ],
  ...[
    'u',
    '\u0308',
    '\u0338',
    'ا',
    'क',
    '\u094d',
    '1',
    '\u20e3',
    '\ud83d',
    '\ude00',
    '\u0000',
    'words ',
  ],
];

/** Texts made of such pieces, of any characters, and of both. */
export const anyTrickyText: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((a) => a.join('')),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 80 }) },
);
