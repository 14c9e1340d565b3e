import { sample } from './packages.ts';
import { showsTheRule } from './planted-bug.ts';

const file = 'lib/sums.rb';
const source = `module Sums
  def self.add(a, b)
    a + b
  end

  def self.twice(a)
    a * 2
  end
end
`;

// No registry of gems is asked, so the samples are our own; the runners are the machine's.
const spec = `require 'sums'

RSpec.describe Sums do
  describe '.add' do
    it 'adds' do
      expect(Sums.add(1, 2)).to eq(3)
    end
  end

  it 'doubles' do
    expect(Sums.twice(2)).to eq(4)
  end
end
`;
showsTheRule({
  name: 'RSpec',
  fetch: sample({ [file]: source, 'spec/sums_spec.rb': spec }),
  file,
  right: 'a + b',
  wrong: 'a - b',
  proof: 'spec/sums_spec.rb > Sums > .add > adds',
  wrongs: (read) => ({
    'a no-op with options that run nothing': [
      { [file]: `${read(file)}# mended\n`, '.rspec': '--dry-run\n' },
      'no-proof',
      /\.rspec” was not used/,
    ],
    'a change that breaks another test': [
      { [file]: source.replace('a * 2', 'a * 3') },
      'test-broken',
      /doubles/,
    ],
    'source that does not load': [
      { [file]: 'module Sums\n' },
      'test-broken',
      /do not compile or load|passed before/,
    ],
    'the failing test deleted': [
      { 'spec/sums_spec.rb': spec.replace("it 'adds'", "it 'does'") },
      'test-gone',
      /adds/,
    ],
    'the failing test skipped': [
      { 'spec/sums_spec.rb': spec.replace("it 'adds'", "xit 'adds'") },
      'test-skipped',
      /adds/,
    ],
    'the failing test emptied': [
      { 'spec/sums_spec.rb': spec.replace('expect(Sums.add(1, 2)).to eq(3)', '') },
      'no-proof',
      /pass only as the change rewrote them/,
    ],
    'source that ends the tests': [
      { [file]: source.replace('a * 2', 'exit!(0)') },
      'test-broken',
      /passed before and fail/,
    ],
  }),
});

const unit = `require 'minitest/autorun'
require 'sums'

class SumsTest < Minitest::Test
  def test_add
    assert_equal 3, Sums.add(1, 2)
  end

  def test_twice
    assert_equal 4, Sums.twice(2)
  end
end
`;
showsTheRule({
  name: 'Minitest',
  fetch: sample({ [file]: source, 'test/sums_test.rb': unit }),
  file,
  right: 'a + b',
  wrong: 'a - b',
  proof: 'test/sums_test.rb > SumsTest > test_add',
  wrongs: () => ({
    'the failing test deleted': [
      { 'test/sums_test.rb': unit.replace('def test_add', 'def no_add') },
      'test-gone',
      /test_add/,
    ],
    'the failing test skipped': [
      { 'test/sums_test.rb': unit.replace('assert_equal 3', 'skip; assert_equal 3') },
      'test-skipped',
      /test_add/,
    ],
    'source that ends the tests': [
      { [file]: source.replace('a * 2', 'exit!(0)') },
      'test-broken',
      /passed before and fail/,
    ],
  }),
});
