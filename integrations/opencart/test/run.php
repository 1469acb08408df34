<?php
// Loads every *_test.php beside it, runs what they register, and ends with 1 when anything failed.
namespace Lad\Test;

set_error_handler(function (int $level, string $message, string $file, int $line): bool {
    throw new \ErrorException($message, 0, $level, $file, $line); // a notice in the module would spoil an answer
});
require __DIR__ . '/../library/lad/load.php';
require __DIR__ . '/fakedb.php';

final class Run
{
    public static $tests = [];
    public static $failures = [];
    public static $checks = 0;
}

function test(string $name, callable $f): void
{
    Run::$tests[$name] = $f;
}

function same($want, $got, string $what): void
{
    Run::$checks++;
    if ($want !== $got) {
        Run::$failures[] = $what . ': got ' . json_encode($got, JSON_UNESCAPED_UNICODE) . ', want ' . json_encode($want, JSON_UNESCAPED_UNICODE);
    }
}

/** Wants a Failure with a code. */
function fails(string $code, callable $f, string $what): void
{
    try {
        $f();
        same($code, 'no failure', $what);
    } catch (\Lad\Failure $e) {
        same($code, $e->name, $what);
    }
}

foreach (glob(__DIR__ . '/*_test.php') as $file) {
    require $file;
}
foreach (Run::$tests as $name => $f) {
    $before = count(Run::$failures);
    try {
        $f();
    } catch (\Throwable $e) {
        Run::$failures[] = get_class($e) . ': ' . $e->getMessage() . ' at ' . basename($e->getFile()) . ':' . $e->getLine();
    }
    foreach (array_slice(Run::$failures, $before) as $failure) {
        echo "FAIL $name: $failure\n";
    }
}
if (count(Run::$tests) < 10) {
    Run::$failures[] = 'too few tests found';
}
echo (Run::$failures ? 'FAILED: ' . count(Run::$failures) : 'ok') . ', ' . count(Run::$tests) . ' tests, ' . Run::$checks . " checks\n";
exit(Run::$failures ? 1 : 0);
