import type { Channel, Ecosystem, Found, TreeView } from './ecosystem.ts';
import { baseName } from './paths.ts';
import { readResultFiles } from './results-file.ts';

/** Where bundler puts what it installs: outside the tree. */
export const gems = 'BUNDLE_PATH="$VIRTUAL_ENV/bundle"';

/** Ruby; results from RSpec and Minitest, whatever starts them. */
export const ruby: Ecosystem = {
  name: 'ruby',
  looksFor: 'Ruby tests (spec/*_spec.rb, test/*_test.rb) for RSpec or Minitest',
  tools: ['ruby', 'bundle'],
  detect,
  isTest: (path) => /(^test_.*|_(test|spec))\.rb$/.test(baseName(path)),
  isDefinition: (path) =>
    /^(Gemfile(\.lock)?|gems\.(rb|locked)|Rakefile|.*\.rake|\.rspec(-local)?|.*\.gemspec|\.ruby-version)$/.test(
      baseName(path),
    ) || /(^|\/)\.bundle\//.test(path),
  reporters: ['entropy_results.rb', 'entropy_rspec.rb', 'minitest/entropy_plugin.rb'],
  env,
  adapt: (command, { dir }) => command.replace(/\bRUBYLIB=(?=\S)/g, `RUBYLIB=${dir}:`),
  read: ({ channel }) => readResultFiles(channel.dir, 'ruby-'),
  sharing: {
    lists: (path) => /^(Gemfile(\.lock)?|gems\.(rb|locked)|.*\.gemspec)$/.test(baseName(path)),
    keeps: /^(Gemfile\.lock|gems\.locked|\.bundle\/)$/,
  },
};

async function detect(tree: TreeView): Promise<Found | undefined> {
  const has = (pattern: RegExp) => tree.files.some((path) => pattern.test(path));
  const spec = has(/^spec\/(.*\/)?[^/]+_spec\.rb$/);
  const test = has(/^test\/(.*\/)?(test_[^/]+|[^/]+_test)\.rb$/);
  if (!spec && !test) return undefined;
  const gemfile = (await tree.read('Gemfile')) ?? (await tree.read('gems.rb'));
  const start = gemfile === undefined ? '' : `${gems} bundle exec `;
  const setup = gemfile === undefined ? [] : [`${gems} bundle install --quiet`];
  if (spec) return { setup, test: `${start}rspec` };
  const rake = /\b(TestTask|Minitest::TestTask)\b/.test((await tree.read('Rakefile')) ?? '');
  const load = `ruby -Ilib -Itest -e 'Dir["test/**/{test_*,*_test}.rb"].sort.each { |f| require File.expand_path(f) }'`;
  return { setup, test: rake ? `${start}rake test` : `${start}${load}` };
}

function env({ dir }: Channel): Record<string, string> {
  return {
    RUBYLIB: dir,
    SPEC_OPTS: '--require entropy_rspec --format progress --format EntropyRspec',
  };
}
