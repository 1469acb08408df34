<?php
namespace Lad\Test;

use Lad\Server;
use Lad\Signature;

/** Makes a signed call at its own time and gives status, code or "ok", and the answer. */
function ask(FakeDb $db, string $call, string $body = '{}', array $config = [], string $method = 'POST'): array
{
    $target = '/index.php?route=x&call=' . $call;
    $nonce = 'abcdefgh12345678';
    $headers = ['X-Lad-Time' => '1790000000', 'X-Lad-Nonce' => $nonce, 'X-Lad-Signature' => Signature::ofCall(str_repeat('ab', 32), $method, $target, '1790000000', $nonce, $body)];
    list($status, $text) = (new Server(shop($db, $config)))->answer($method, $target, $headers, $call, $body, 1790000000);
    $said = json_decode($text, true);
    same(1, $said['protocol'], 'protocol');
    return [$status, isset($said['error']) ? $said['error']['code'] : 'ok', $said];
}

test('codes and statuses', function (): void {
    list($status, $code, $said) = ask(new FakeDb(), 'ping');
    same([200, 'ok', ['shop' => 'Shop', 'module' => Server::MODULE, 'opencart' => '3.0.3.9', 'currency' => 'UAH', 'rights' => ['stock', 'price', 'status']]], [$status, $code, $said['result']], 'ping');
    same([422, 'invalid'], array_slice(ask(new FakeDb(), 'ping', '{}', [], 'GET'), 0, 2), 'GET');
    same([422, 'invalid'], array_slice(ask(new FakeDb(), 'ping', '[]'), 0, 2), 'no object');
    same([422, 'invalid'], array_slice(ask(new FakeDb(), 'ping', '{"a":"' . str_repeat('x', Server::MAX_BODY) . '"}'), 0, 2), 'too large');
    same([404, 'unknown_call'], array_slice(ask(new FakeDb(), 'fly'), 0, 2), 'unknown call');
    same([401, 'signature'], array_slice(ask(new FakeDb(), 'ping', '{}', ['module_lad_secret' => 'another']), 0, 2), 'another secret');
    same([401, 'signature'], array_slice(ask(new FakeDb(), 'ping', '{}', ['module_lad_secret' => '']), 0, 2), 'no secret');
    same([403, 'off'], array_slice(ask(new FakeDb(), 'ping', '{}', ['module_lad_status' => '0']), 0, 2), 'off');
    foreach (['stock' => 'stock', 'price' => 'price', 'status' => 'order', 'tracking' => 'order'] as $call => $right) {
        $db = new FakeDb();
        same([403, 'forbidden'], array_slice(ask($db, $call, '{}', ['module_lad_' . $right => '0']), 0, 2), $call . ' not allowed');
        same(0, count($db->asked), $call . ' not allowed touches nothing');
    }
});

test('a write is taken once', function (): void {
    $db = new FakeDb();
    $db->affected = 0; // the nonce is there already
    same([409, 'replay'], array_slice(ask($db, 'unsubscribe', '{"target":"https://x"}'), 0, 2), 'again');
    same(0, count($db->with('DELETE FROM `oc_lad_hook`')), 'nothing is done twice');
    same([200, 'ok'], array_slice(ask($db, 'dictionary'), 0, 2), 'reading is free');
});

test('what breaks tells nobody anything', function (): void {
    $db = new FakeDb(['oc_order' => function (): array {
        throw new \Exception("Error: oc_order o@example.com is broken");
    }]);
    ini_set('error_log', '/dev/null');
    list($status, $code, $said) = ask($db, 'orders', '{"ids":[1]}');
    same([500, 'failed', false], [$status, $code, strpos(json_encode($said), 'example.com')], 'failed');
});

test('offers by id and by page', function (): void {
    $db = new FakeDb(products() + ['SELECT `product_id` FROM' => [['product_id' => '50'], ['product_id' => '51'], ['product_id' => '52']], 'COUNT(*)' => [['n' => '4']]]);
    list(, , $said) = ask($db, 'offers', '{"ids":["51-17","51","50","7","52"]}');
    same(['50', '51-17', '52'], array_column($said['result']['offers'], 'offer_id'), 'by id');
    same(['100.00', '105.00'], array_slice(array_column($said['result']['offers'], 'price'), 0, 2), 'prices');
    same('options', $said['result']['offers'][2]['refuses'], 'several counted options');
    same('M:v', $said['result']['offers'][1]['sku'], 'SKU of a value');
    list(, , $said) = ask($db, 'offers', '{"after":0,"limit":2}');
    same([51, true, 4], [$said['result']['next'], $said['result']['more'], $said['result']['total']], 'a page');
    same([422, 'invalid'], array_slice(ask($db, 'offers', '{"after":0,"limit":101}'), 0, 2), 'bounds');
});
