<?php
namespace Lad\Test;

use Lad\Amount;
use Lad\Input;
use Lad\Shop;
use Lad\Units;

test('amounts', function (): void {
    foreach (['740.0000' => 7400000, '0.1' => 1000, '-12.5' => -125000, '3' => 30000, '1.00005' => 10001, '1.00004' => 10000, '99999999999.9999' => 999999999999999] as $text => $want) {
        same($want, Amount::parse((string)$text), (string)$text);
    }
    foreach (['', 'x', '1,5', '1.', '.5', '1e3', ' 1', "1\n", '1234567890123'] as $text) {
        same(null, Amount::parse($text), json_encode($text));
    }
    same(null, Amount::parse(1.5), 'a float is no amount');
    foreach ([7400000 => '740.00', 1049 => '0.10', 1050 => '0.11', -1050 => '-0.11', -49 => '0.00', 0 => '0.00'] as $value => $want) {
        same($want, Amount::text($value), (string)$value);
    }
    same('-0.0150', Amount::stored(-150), 'stored');
});

test('bodies within their bounds', function (): void {
    $in = Input::read('{"n":7,"text":"a","flag":true,"ids":[3,3,4],"object":{"n":1}}');
    same(7, $in->whole('n', 0, 9), 'whole');
    same('a', $in->text('text', 1), 'text');
    same('', $in->text('other', 1), 'a text that is not there');
    same(true, $in->yes('flag'), 'flag');
    same([3, 4], $in->ids('ids', 3), 'ids once each');
    same(1, $in->object('object')->whole('n', 0, 9), 'object');
    same(null, $in->object('n'), 'no object');
    foreach (['', '[]', '[1]', 'null', '{', '"x"', str_repeat('{"a":', 20) . '1' . str_repeat('}', 20)] as $body) {
        fails('invalid', function () use ($body): void {
            Input::read($body);
        }, $body);
    }
    foreach (['{"v":"7"}', '{"v":1.5}', '{"v":-1}', '{"v":10}', '{"v":true}', '{}'] as $body) {
        fails('invalid', function () use ($body): void {
            Input::read($body)->whole('v', 0, 9);
        }, 'whole ' . $body);
    }
    foreach (['{"v":[]}', '{"v":[1,2,3]}', '{"v":{"a":1}}', '{"v":["1"]}', '{"v":[0]}', '{"v":[1.0]}', '{}'] as $body) {
        fails('invalid', function () use ($body): void {
            Input::read($body)->ids('v', 2);
        }, 'ids ' . $body);
    }
    fails('invalid', function (): void {
        Input::read('{"v":"аб"}')->text('v', 3);
    }, 'a text longer in bytes');
});

test('units of a product', function (): void {
    $value = function (int $option, int $id, string $subtract): array {
        return ['product_option_id' => (string)$option, 'product_option_value_id' => (string)$id, 'subtract' => $subtract];
    };
    same([], array_keys(Units::ofProduct([])), 'no options');
    same([], array_keys(Units::ofProduct([$value(1, 10, '0')])), 'options that are not counted');
    same([10, 11], array_keys(Units::ofProduct([$value(1, 10, '1'), $value(1, 11, '0'), $value(2, 20, '0')])), 'one counted option');
    same([], array_keys(Units::ofProduct([$value(1, 10, '1'), $value(2, 20, '1')])), 'two counted options');
    same('5-10', Units::ofLine(5, [$value(1, 10, '1'), $value(2, 20, '0')], [1 => 10, 2 => 20]), 'a line');
    same('5-99', Units::ofLine(5, [$value(1, 10, '1')], [1 => 99]), 'a line with a value that was deleted since');
    same('5', Units::ofLine(5, [$value(1, 10, '1'), $value(2, 20, '1')], [1 => 10, 2 => 20]), 'a line of two counted options');
    same('5', Units::ofLine(5, [], []), 'a line without options');
    same([50, 17], Units::parse('50-17'), 'offer');
    foreach (['', '0', '50-', '50-0', '-1', '50-17-2', "50\n", '5x', 50, null, '99999999999'] as $bad) {
        same(null, Units::parse($bad), json_encode($bad));
    }
});

test('times and texts of the database', function (): void {
    $zone = date_default_timezone_get();
    date_default_timezone_set('Europe/Kyiv');
    same('2026-07-01T12:00:00+03:00', Shop::time('2026-07-01 12:00:00'), 'summer');
    same('2026-01-01T12:00:00+02:00', Shop::time('2026-01-01 12:00:00'), 'winter');
    same('2026-03-29T04:00:00+03:00', Shop::time('2026-03-29 04:00:00'), 'the first hour of summer time');
    same('', Shop::time('0000-00-00 00:00:00'), 'no time');
    date_default_timezone_set($zone);
    same('Чайник "Люкс" & кришка', Shop::plain('Чайник &quot;Люкс&quot; &amp; кришка '), 'entities');
    same("O'Neil", Shop::plain('O&#039;Neil'), 'apostrophe');
});

test('statements', function (): void {
    $db = new FakeDb();
    shop($db)->rows('SELECT * FROM {order} WHERE a = ? AND b IN ? AND c = ?', [7, [1, 2], "x' OR '1"]);
    same("SELECT * FROM `oc_order` WHERE a = 7 AND b IN (1, 2) AND c = 'x\\' OR \\'1'", $db->asked[0], 'values are escaped');
});
