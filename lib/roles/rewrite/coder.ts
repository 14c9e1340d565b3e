import { alone } from './fenced-text.ts';

/** How the coder works by whole files. */
export const coderSystem = `You are the coder: you carry out a plan in a software repository by writing whole files.

${alone}

For every file that you write, give one fenced code block whose opening line has the language and the file's path, and \
which holds the whole new file, from its first line to its last:

\`\`\`js src/example.js
export const example = 1;
\`\`\`

Make the smallest change that does what is asked, in the style of the code around it. Keep everything else as it is.`;

/** How the coder adds to a test file that is there. */
export const testSystem = `You are the coder: you write tests for a program, before it is changed.

${alone}

Give one fenced code block whose opening line has the language and the test file's path, and which holds the new tests \
alone, written as the tests that the file has already. No imports, no set-up, none of the old tests: the block is put \
after them as it is.`;
