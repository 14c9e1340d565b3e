// A tool server over standard streams, as small as they come: one tool that adds, one that fails, notes on the side.
import { createInterface } from 'node:readline';

process.stderr.write('a note\n');
const tools = [
  { name: 'add', description: 'Adds two numbers', inputSchema: { type: 'object' } },
  { name: 'a name of no use', inputSchema: { type: 'object' } },
  ...JSON.parse(process.env.TOOLS ?? '[]'),
];
const answers = {
  initialize: () => ({ protocolVersion: '2025-06-18', capabilities: {}, serverInfo: {} }),
  'tools/list': () => ({ tools }),
  'tools/call': ({ name, arguments: given }) => {
    if (name !== 'add') throw new Error(`no tool ${name}`);
    return { content: [{ type: 'text', text: `${given.a + given.b} ${process.env.LEVEL}` }] };
  },
};
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) continue;
  try {
    console.log(JSON.stringify({ jsonrpc: '2.0', id, result: answers[method](params) }));
  } catch (error) {
    console.log(
      JSON.stringify({ jsonrpc: '2.0', id, error: { code: -1, message: error.message } }),
    );
  }
}
