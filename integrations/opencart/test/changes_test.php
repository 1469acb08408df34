<?php
namespace Lad\Test;

use Lad\Input;
use Lad\Price;
use Lad\Pushes;
use Lad\Specials;
use Lad\Steps;
use Lad\Stock;

/** Products 50 (plain), 51 (one counted option), 52 (two of them) and 53 (a variant of 60). */
function products(): array
{
    $product = function (string $id, string $master = '0'): array {
        return ['product_id' => $id, 'master_id' => $master, 'price' => '100.0000', 'quantity' => '5', 'status' => '1', 'sku' => '', 'model' => 'M', 'ean' => '', 'upc' => '', 'lad_name' => 'x', 'lad_begun' => '1'];
    };
    $value = function (string $product, string $option, string $id): array {
        return ['product_id' => $product, 'product_option_id' => $option, 'product_option_value_id' => $id, 'subtract' => '1', 'quantity' => '1', 'price' => '5.0000', 'price_prefix' => '+', 'lad_name' => 'v'];
    };
    return [
        'FROM `oc_product` p' => [$product('50'), $product('51'), $product('52'), $product('53', '60')],
        'd.`option_value_id` = v.`option_value_id`' => [$value('51', '1', '17'), $value('51', '1', '18'), $value('52', '1', '20'), $value('52', '2', '21')],
        'SELECT COALESCE(SUM' => [['n' => '9']],
    ];
}

test('stock, one by one', function (): void {
    $db = new FakeDb(products());
    $body = '{"items":[{"offer_id":"50","quantity":4},{"offer_id":"51-18","quantity":2},{"offer_id":"51","quantity":1},{"offer_id":"51-99","quantity":1},{"offer_id":"52","quantity":1},
        {"offer_id":"53","quantity":3},{"offer_id":"9","quantity":1},{"offer_id":"50","quantity":5},{"offer_id":"x","quantity":1},7,{"offer_id":"51-17","quantity":1.5},{"quantity":1}]}';
    $said = (new Stock(shop($db)))->set(Input::read($body))['items'];
    $codes = array_map(function (array $s): string {
        return $s['ok'] ? 'ok' : $s['code'];
    }, $said);
    same(['ok', 'ok', 'unknown', 'unknown', 'options', 'ok', 'unknown', 'invalid', 'unknown', 'unknown', 'invalid', 'invalid'], $codes, 'a bad item hides no other');
    same(2, count($db->with('UPDATE `oc_product` SET `quantity` = 4')) + count($db->with('UPDATE `oc_product_option_value` SET `quantity` = 2 WHERE `product_option_value_id` = 18')), 'values set');
    same(1, count($db->with('SELECT COALESCE(SUM(GREATEST(v.`quantity`, 0)), 0)')), "the product's own quantity is the sum of its option's");
    same(1, count($db->with('UPDATE `oc_product` SET `quantity` = 9, `date_modified` = NOW() WHERE `product_id` = 60')), 'a master follows its variants');
});

test('prices', function (): void {
    $special = ['id' => '3', 'product_id' => '50', 'price' => '80.0000', 'priority' => '1', 'always' => '1', 'crossed' => '1'];
    $set = function (array $answers, string $items, string $currency = 'UAH'): array {
        $db = new FakeDb($answers + products());
        $said = (new Price(shop($db)))->set(Input::read('{"currency":"' . $currency . '","items":[' . $items . ']}'))['items'][0];
        return [$said['ok'] ? 'ok' : $said['code'], $db];
    };
    list($code, $db) = $set([], '{"offer_id":"50","price":"120.00","old":"150.00"}');
    same(['ok', 1, 1], [$code, count($db->with("SET `price` = '150.0000'")), count($db->with("INSERT INTO `oc_product_special`"))], 'crossed out');
    list($code, $db) = $set(['FROM `oc_product_special`' => [$special], 'FROM `oc_lad_special`' => [['price' => '80.0000']]], '{"offer_id":"50","price":"120.00","old":""}');
    same(['ok', 1], [$code, count($db->with('DELETE FROM `oc_product_special` WHERE `product_special_id` IN (3)'))], "Lad's own special goes");
    list($code, $db) = $set(['FROM `oc_product_special`' => [$special]], '{"offer_id":"50","price":"120.00"}');
    same(['special', 0], [$code, count($db->with('UPDATE'))], "the shop's special stays and nothing changes");
    list($code, $db) = $set([], '{"offer_id":"51-17","price":"90.00"}');
    same(['ok', 1], [$code, count($db->with("SET `price` = '10.0000', `price_prefix` = '-' WHERE `product_option_value_id` = 17"))], 'an option below the product');
    list($code, $db) = $set(["LIKE 'special'" => [['Field' => 'special']], 'FROM `oc_product_discount` d' => [$special], 'FROM `oc_lad_special`' => [['price' => '80.0000']]], '{"offer_id":"50","price":"120.00","old":"150.00"}');
    same(['ok', 1, 1], [$code, count($db->with('DELETE FROM `oc_product_discount` WHERE `product_discount_id` IN (3)')), count($db->with("INSERT INTO `oc_product_discount`"))], 'one table in OpenCart 4.1');
    foreach (['"price":"0"' => 'invalid', '"price":"-1"' => 'invalid', '"price":"1,5"' => 'invalid', '"price":1.5' => 'invalid', '"old":"5"' => 'invalid', '"price":"9","old":"9"' => 'invalid'] as $members => $want) {
        same($want, $set([], '{"offer_id":"50",' . $members . '}')[0], $members);
    }
    same('invalid', $set([], '{"offer_id":"51-17","price":"9","old":"10"}')[0], 'an option can not be crossed out');
    same('currency', $set([], '{"offer_id":"50","price":"9"}', 'PLN')[0], 'another currency');
    same([[3], false], Specials::split([$special], '80.00'), 'own');
    same([[], true], Specials::split([['always' => '0'] + $special], '80.00'), 'one with dates is not ours');
    same([[], true], Specials::split([['crossed' => '0'] + $special], '80.00'), 'a discount is not ours');
});

test('one step, one letter', function (): void {
    $calls = [];
    $history = 100;
    $answers = function (string $status, string $key) use (&$history): array {
        return [
            'FROM `oc_order_status`' => [['yes' => '1']], 'FROM `oc_order` WHERE' => [['order_status_id' => $status]],
            'MAX(`order_history_id`)' => function () use (&$history): array {
                return [['n' => (string)$history]];
            },
            'FROM `oc_lad_history`' => $key === '' ? [] : [['call_key' => $key]],
        ];
    };
    $run = function (array $answers, string $body, string $call = 'status') use (&$calls, &$history): array {
        $calls = [];
        $db = new FakeDb($answers);
        $shop = shop($db, [], function (int $order, int $status, string $comment, bool $notify) use (&$calls, &$history): void {
            $calls[] = [$order, $status, $comment, $notify];
            $history++;
        });
        return [(new Steps($shop))->$call(Input::read($body)), $db];
    };
    list($said, $db) = $run($answers('1', ''), '{"order_id":42,"from":1,"to":2,"key":"k","notify":true,"comment":"<b>"}');
    same([true, [[42, 2, '&lt;b&gt;', true]]], [$said['done'], $calls], 'done');
    same(1, count($db->with("REPLACE INTO `oc_lad_history` (`order_history_id`, `order_id`, `call_key`) VALUES (101, 42, 'k')")), 'the entry is known as ours');
    list($said) = $run($answers('2', 'k'), '{"order_id":42,"from":1,"to":2,"key":"k","notify":true}');
    same([false, 2, []], [$said['done'], $said['status'], $calls], 'a repeat');
    list($said) = $run($answers('2', 'other'), '{"order_id":42,"from":2,"to":2,"key":"k"}');
    same([false, []], [$said['done'], $calls], 'nothing to say');
    fails('conflict', function () use ($run, $answers): void {
        $run($answers('7', ''), '{"order_id":42,"from":1,"to":2,"key":"k"}');
    }, 'another status');
    same([], $calls, 'a conflict changes nothing');
    fails('failed', function () use ($run, $answers): void {
        $run($answers('1', '') + ['GET_LOCK' => [['got' => '0']]], '{"order_id":42,"from":1,"to":2,"key":"k"}');
    }, 'the first call is not over');
    same([], $calls, 'a repeat that overtakes the first does nothing');
    fails('not_found', function () use ($run): void {
        $run(['FROM `oc_order_status`' => [['yes' => '1']]], '{"order_id":42,"to":2,"key":"k"}');
    }, 'no such order');
    fails('invalid', function () use ($run): void {
        $run([], '{"order_id":42,"to":4,"key":"k"}');
    }, 'no such status');
    foreach (['"key":""', '"key":"a b"', '"key":"k","tracking":{"carrier":"x"}', '"key":"k","tracking":{"carrier":"A","number":"1"}'] as $members) {
        fails('invalid', function () use ($run, $answers, $members): void {
            $run($answers('1', ''), '{"order_id":42,"to":2,' . $members . '}');
        }, $members);
    }
    list($said) = $run($answers('3', ''), '{"order_id":42,"key":"k","tracking":{"carrier":"nova_poshta","title":"Нова пошта","number":"2045"}}', 'tracking');
    same([true, 3, [[42, 3, 'Нова пошта: 2045', false]]], [$said['done'], $said['status'], $calls], 'a waybill stays in the present status');
    $waybill = '"tracking":{"carrier":"nova_poshta","title":"Нова пошта","number":"2045"}';
    list(, $db) = $run($answers('2', ''), '{"order_id":42,"to":3,"key":"k",' . $waybill . '}');
    same([[42, 3, 'Нова пошта: 2045', false]], $calls, 'a step with a new waybill names it');
    same(1, count($db->with("REPLACE INTO `oc_lad_tracking`")), 'and keeps it');
    $run($answers('3', '') + ['FROM `oc_lad_tracking`' => [['yes' => '1']]], '{"order_id":42,"to":5,"key":"k","comment":"c",' . $waybill . '}');
    same([[42, 5, 'c', false]], $calls, 'a waybill is named once, not at each later step');
    fails('invalid', function () use ($run, $answers): void {
        $run($answers('3', ''), '{"order_id":42,"key":"k"}', 'tracking');
    }, 'no waybill');
});

test('pushes wait for their answer', function (): void {
    $hook = ['hash' => 'h', 'target' => 'https://hub.example/h', 'secret' => '0123456789abcdef', 'sent' => '3', 'retry_at' => '0'];
    $rows = [['change_id' => '4', 'order_id' => '42'], ['change_id' => '5', 'order_id' => '42'], ['change_id' => '6', 'order_id' => '43']];
    foreach ([200 => 'SET `sent` = GREATEST(`sent`, 6)', 503 => 'SET `retry_at` = 1030', 0 => 'SET `retry_at` = 1030', 302 => 'SET `retry_at` = 1030'] as $status => $want) {
        $db = new FakeDb(['FROM `oc_lad_hook`' => [$hook], 'FROM `oc_lad_change`' => $rows]);
        $posted = [];
        (new Pushes(shop($db), function (string $target, array $headers, string $body) use (&$posted, $status): int {
            $posted[] = [$target, $headers, $body];
            return $status;
        }))->deliver(1000);
        same(1, count($db->with($want)), "answered $status");
        same([['https://hub.example/h', Pushes::headers('0123456789abcdef', 1000, '{"id":"6","orders":[42,43]}'), '{"id":"6","orders":[42,43]}']], $posted, 'what is sent');
    }
    foreach (['"target":"ftp://x","secret":"0123456789abcdef"', '"target":"https://x","secret":"short"', '"target":"//x","secret":"0123456789abcdef"', '"target":"file:///etc/passwd","secret":"0123456789abcdef"'] as $members) {
        fails('invalid', function () use ($members): void {
            (new Pushes(shop(new FakeDb()), 'strlen'))->subscribe(Input::read('{' . $members . '}'));
        }, $members);
    }
    fails('invalid', function (): void {
        (new Pushes(shop(new FakeDb(['COUNT(*)' => [['n' => '5']]])), 'strlen'))->subscribe(Input::read('{"target":"https://x","secret":"0123456789abcdef"}'));
    }, 'too many');
});
