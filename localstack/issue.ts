import { parseArgs } from 'node:util';
import {
  demoIssues,
  issueFile,
  issueText,
  sampleFolder,
} from '../lib/local/playground/demo-issues.ts';
import { connectPlayground } from '../lib/local/playground/remote.ts';
import { githubFolder } from './local-state.ts';

const usage = `npm run local:issue -- --demo                      files the five sample issues and labels them
npm run local:issue -- --repository NAME --title T --body B    files one in a sample repository, and labels it
npm run local:issue -- --repository NAME --answer N            answers the question on issue N as the sample's maintainer`;

const maintainer = 'ada';
const label = 'entropy';

const { values } = parseArgs({
  options: {
    demo: { type: 'boolean', default: false },
    repository: { type: 'string' },
    title: { type: 'string' },
    body: { type: 'string', default: '' },
    answer: { type: 'string' },
  },
});
const github = await connectPlayground(githubFolder);
const { repository: name, title, answer } = values;
if (values.demo) {
  for (const issue of demoIssues) {
    await seed(issue.repository);
    await github.addAccount(issue.author);
    await file({ name: issue.repository, author: issue.author, ...issueText(issue) });
  }
} else if (name !== undefined && answer !== undefined) {
  const text = demoIssues.find((issue) => issue.repository === name && issue.answer)?.answer;
  const body = values.body || issueFile(text ?? '');
  const repository = `${maintainer}/${name}`;
  await github.comment({ repository, number: Number(answer), by: maintainer, body });
} else if (name !== undefined && title !== undefined) {
  await seed(name);
  await file({ name, author: maintainer, title, body: values.body });
} else console.log(usage);

/** Makes the sample's repository where it is not there. */
async function seed(name: string): Promise<void> {
  const { repositories } = await github.snapshot();
  if (repositories.some((one) => one.name === name)) return;
  const files = sampleFolder(name);
  await github.seedRepository({ owner: maintainer, name, labels: [label], files });
}

async function file(what: { name: string; author: string; title: string; body: string }) {
  const repository = `${maintainer}/${what.name}`;
  const { number, url } = await github.createIssue({ ...what, repository });
  await github.label({ repository, number, by: maintainer, label });
  console.log(url);
}
