import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { runTool } from '../../lib/agent/tool-calls.ts';
import { toolSpec } from '../../lib/agent/tool-specs.ts';
import { tools } from '../../lib/agent/tools/registry.ts';
import { call, placeWith } from './fixtures/place.ts';

describe('arguments', () => {
  test('what does not fit is said with what is expected, and runs nothing', async () => {
    const place = placeWith({});
    const wrong = await call(place, 'create', { path: 'a', contents: 'x' });
    expect(wrong.isError).toBe(true);
    expect(wrong.text).toMatch(/contents[\s\S]*Expected arguments: \{"type":"object"/);
    const broken = {
      type: 'tool_use',
      id: 'x',
      name: 'create',
      input: {},
      invalid: '{"path',
    } as const;
    const told = await runTool(tools.create, broken, place, async () => {});
    expect(told.text).toMatch(/no JSON object/);
    expect(existsSync(join(place.root, 'a'))).toBe(false);
  });

  test('every tool has a plain object schema, the same each time', () => {
    for (const tool of Object.values(tools)) {
      const spec = toolSpec(tool);
      expect(spec.schema).toMatchObject({ type: 'object', additionalProperties: false });
      expect(spec.schema).not.toHaveProperty('$schema');
      expect(JSON.stringify(toolSpec(tool))).toBe(JSON.stringify(spec));
    }
  });
});
