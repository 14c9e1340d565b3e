import { debianSource } from './packages.ts';
import { showsTheRule } from './planted-bug.ts';

const file = 'Parsedown.php';
const wrong = 'if ( ! isset(self::$instances[$name]))';
const tests = 'test/ParsedownTest.php';
const failing = 'public function testLateStaticBinding()';
/** What `composer install` would write, which needs a registry of its own. */
const autoload =
  'spl_autoload_register(function ($c) { foreach (["$c.php", "test/$c.php"] as $f) if (is_file($f)) require $f; });';

showsTheRule({
  name: 'PHPUnit: Parsedown',
  fetch: debianSource('php-parsedown'),
  file,
  right: 'if (isset(self::$instances[$name]))',
  wrong,
  options: {
    checks: {
      policy: {
        setup: [`mkdir -p vendor && echo '<?php ${autoload}' > vendor/autoload.php`],
        test: 'phpunit',
      },
    },
  },
  proof: `${tests} > ParsedownTest > testLateStaticBinding`,
  wrongs: (read) => ({
    'a no-op with a configuration that runs nothing': [
      {
        [file]: `${read(file)}\n// mended\n`,
        'phpunit.xml': '<phpunit><testsuites/></phpunit>\n',
        'phpunit.xml.dist': '<phpunit><testsuites/></phpunit>\n',
      },
      'no-proof',
      /phpunit\.xml\.dist” was not used/,
    ],
    'a change that breaks another test': [
      { [file]: read(file).replace("$emphasis = 'strong'", "$emphasis = 'em'") },
      'test-broken',
      /passed before and fail with the change/,
    ],
    'source that does not compile': [
      { [file]: `${read(file)}\nfunction {\n` },
      'test-broken',
      /do not compile or load|passed before/,
    ],
    'the failing test deleted': [
      { [tests]: read(tests).replace(failing, failing.replace(' test', ' no')) },
      'test-gone',
      /testLateStaticBinding/,
    ],
    'the failing test skipped': [
      {
        [tests]: read(tests).replace(
          '$parsedown = Parsedown::instance();',
          '$this->markTestSkipped("later");',
        ),
      },
      'test-skipped',
      /testLateStaticBinding/,
    ],
    'the failing test emptied': [
      {
        [tests]: read(tests).replace(
          '$parsedown = Parsedown::instance();',
          'return $this->assertTrue(true);',
        ),
      },
      'no-proof',
      /pass only as the change rewrote them/,
    ],
    'source that ends the tests': [
      { [file]: read(file).replace('class Parsedown\n', 'exit(0);\nclass Parsedown\n') },
      'test-gone',
      /ran no test/,
    ],
  }),
});
