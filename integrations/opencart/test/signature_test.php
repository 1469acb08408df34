<?php
namespace Lad\Test;

use Lad\Signature;

test('the signatures of the protocol', function (): void {
    preg_match_all('/^\| `?([a-z ]+)`? \| `([^`]*)` \|$/m', (string)strstr(file_get_contents(__DIR__ . '/../PROTOCOL.md'), '## Example'), $m);
    $e = array_combine($m[1], $m[2]);
    same($e['signature'], Signature::ofCall($e['secret'], 'POST', $e['target'], $e['time'], $e['nonce'], $e['body']), 'call');
    same($e['push signature'], Signature::ofPush($e['secret'], $e['time'], $e['push body']), 'push');
});

test('who is let in', function (): void {
    $secret = str_repeat('ab', 32);
    $sign = function (string $time, string $nonce, string $body = '{}', string $target = '/?route=x&call=ping') use ($secret): array {
        return ['X-Lad-Time' => $time, 'X-Lad-Nonce' => $nonce, 'X-Lad-Signature' => Signature::ofCall($secret, 'POST', $target, $time, $nonce, $body)];
    };
    $nonce = 'abcdefgh12345678';
    $check = function (array $headers, string $key = '', string $body = '{}') use ($secret): callable {
        return function () use ($headers, $key, $secret, $body): void {
            Signature::check($key === '' ? $secret : $key, 1790000000, 'POST', '/?route=x&call=ping', $headers, $body);
        };
    };
    foreach (['1790000000', '1789999700', '1790000300'] as $time) {
        $check($sign($time, $nonce))();
        same(true, true, 'in time');
    }
    fails('clock', $check($sign('1789999699', $nonce)), 'too early');
    fails('clock', $check($sign('1790000301', $nonce)), 'too late');
    fails('clock', $check($sign('soon', $nonce)), 'no time');
    fails('signature', $check($sign('1790000000', 'short')), 'a short nonce');
    fails('signature', $check($sign('1790000000', $nonce . "\n")), 'a nonce with a line end');
    fails('signature', $check($sign('1790000000', $nonce), str_repeat('cd', 32)), 'another secret');
    fails('signature', $check($sign('1790000000', $nonce), '', '{"a":1}'), 'another body');
    fails('signature', $check($sign('1790000000', $nonce, '{}', '/?route=x&call=stock')), 'another call');
    fails('signature', $check([]), 'no headers');
    fails('signature', function () use ($nonce): void {
        $h = ['X-Lad-Time' => '1790000000', 'X-Lad-Nonce' => $nonce, 'X-Lad-Signature' => Signature::ofCall('', 'POST', '/', '1790000000', $nonce, '')];
        Signature::check('', 1790000000, 'POST', '/', $h, '');
    }, 'a shop without a secret lets nobody in');
});
