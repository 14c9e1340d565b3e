import * as z from 'zod';
import { listReply, parseBody, type Route } from '../api.ts';
import { ApiError, invalid, notFound } from '../errors.ts';
import { addAssignees, addLabels, removeAssignees, removeLabel } from '../issue-changes.ts';
import type { Issue, Repository } from '../model.ts';
import { labelNamed, shapeIssue, shapeLabel } from '../present/issue.ts';
import type { World } from '../world.ts';
import { issueOf } from './issues.ts';

const namesSchema = z.array(z.string().min(1).max(50)).max(100);
const addSchema = z.union([namesSchema, z.object({ labels: namesSchema })]);
const labelSchema = z.object({
  name: z.string().min(1).max(50),
  color: z
    .string()
    .regex(/^[0-9a-f]{6}$/i)
    .default('ededed'),
  description: z.string().max(100).nullish(),
});
const assigneesSchema = z.object({ assignees: z.array(z.string()).max(10) });

const read = { resource: 'issues', level: 'read', role: 'read', pullsToo: true } as const;
const write = { resource: 'issues', level: 'write', role: 'triage', pullsToo: true } as const;
const create = { resource: 'issues', level: 'write', role: 'write' } as const;

const labelsOf = (world: World, repository: Repository, issue: Issue) =>
  issue.labels.map((name) => shapeLabel(world, repository, labelNamed(repository, name)));

/** Labels of a repository and of an issue; assignees. */
export const labelRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/labels',
    need: read,
    handle: (call) =>
      listReply(call, '/labels', call.repository.labels, (label) =>
        shapeLabel(call.world, call.repository, label),
      ),
  },
  {
    method: 'POST',
    path: '/labels',
    need: create,
    handle({ world, repository, body }) {
      const { name, color, description } = parseBody(labelSchema, body);
      if (repository.labels.some((each) => each.name.toLowerCase() === name.toLowerCase())) {
        throw invalid({ resource: 'Label', code: 'already_exists', field: 'name' });
      }
      const id = world.store.nextId();
      const label = { id, name, color, description: description ?? null };
      repository.labels.push(label);
      return { status: 201, body: shapeLabel(world, repository, label) };
    },
  },
  {
    method: 'GET',
    path: '/issues/:number/labels',
    need: read,
    handle: (call) => ({
      status: 200,
      body: labelsOf(call.world, call.repository, issueOf(call)),
    }),
  },
  {
    method: 'POST',
    path: '/issues/:number/labels',
    need: write,
    handle(call) {
      const issue = issueOf(call);
      const wanted = parseBody(addSchema, call.body);
      addLabels(call, issue, Array.isArray(wanted) ? wanted : wanted.labels);
      return { status: 200, body: labelsOf(call.world, call.repository, issue) };
    },
  },
  {
    method: 'DELETE',
    path: '/issues/:number/labels/:name',
    need: write,
    handle(call) {
      const issue = issueOf(call);
      const { name } = call.params;
      if (name === undefined) throw notFound();
      if (!removeLabel(call, issue, name)) throw new ApiError(404, 'Label does not exist');
      return { status: 200, body: labelsOf(call.world, call.repository, issue) };
    },
  },
  {
    method: 'POST',
    path: '/issues/:number/assignees',
    need: write,
    handle(call) {
      const issue = issueOf(call);
      addAssignees(call, issue, parseBody(assigneesSchema, call.body).assignees);
      return { status: 201, body: shapeIssue(call.world, call.repository, issue) };
    },
  },
  {
    method: 'DELETE',
    path: '/issues/:number/assignees',
    need: write,
    handle(call) {
      const issue = issueOf(call);
      removeAssignees(call, issue, parseBody(assigneesSchema, call.body).assignees);
      return { status: 200, body: shapeIssue(call.world, call.repository, issue) };
    },
  },
];
