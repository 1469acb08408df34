<?php
namespace Lad\Test;

use Lad\Journal;
use Lad\OrderView;
use Lad\Orders;

/** The rows behind the order of PROTOCOL.md, as OpenCart 3 keeps them. */
function rows(): array
{
    $order = [
        'order_id' => '42', 'store_name' => 'Shop', 'customer_id' => '7', 'firstname' => 'Олена', 'lastname' => 'Коваль', 'telephone' => '+380671112233', 'email' => 'o@example.com',
        'shipping_firstname' => 'Іван', 'shipping_lastname' => 'Коваль', 'shipping_country' => 'Україна', 'shipping_zone' => 'Київ', 'shipping_city' => 'Київ', 'shipping_postcode' => '',
        'shipping_address_1' => 'Відділення №17', 'shipping_address_2' => '', 'shipping_method' => 'Нова пошта', 'shipping_code' => 'novaposhta.warehouse',
        'payment_country' => 'Україна', 'payment_zone' => '', 'payment_city' => 'Львів', 'payment_postcode' => '', 'payment_address_1' => '', 'payment_address_2' => '',
        'payment_method' => 'Оплата при отриманні', 'payment_code' => 'cod', 'comment' => '', 'order_status_id' => '1', 'lad_status' => 'Pending', 'currency_code' => 'UAH',
        'lad_total' => '1550.00', 'date_added' => '2026-10-02 14:05:11', 'date_modified' => '2026-10-02 14:05:12',
    ];
    return [$order, [
        'lines'    => [['order_product_id' => '1', 'product_id' => '50', 'name' => 'Чайник', 'model' => 'TEA-1', 'lad_sku' => 'TEA-1', 'quantity' => '2', 'lad_price' => '740.00', 'lad_total' => '1480.00']],
        'options'  => [['order_product_id' => '1', 'product_option_id' => '3', 'product_option_value_id' => '17', 'name' => 'Колір', 'value' => 'червоний']],
        'totals'   => [['code' => 'sub_total', 'title' => 'Sub-Total', 'lad_value' => '1480.00'], ['code' => 'shipping', 'title' => 'Нова пошта', 'lad_value' => '70.00'], ['code' => 'total', 'title' => 'Total', 'lad_value' => '1550.00']],
        'history'  => [['order_status_id' => '1'], ['order_status_id' => '1']],
        'tracking' => [['carrier' => 'nova_poshta', 'number' => '20450012345678']],
        'values'   => [50 => [['product_option_id' => '3', 'product_option_value_id' => '17', 'subtract' => '1']]],
    ]];
}

test('the order of the protocol', function (): void {
    preg_match('/## Order\n\n```json\n(.*?)```/s', file_get_contents(__DIR__ . '/../PROTOCOL.md'), $m);
    $zone = date_default_timezone_get();
    date_default_timezone_set('Europe/Kyiv');
    list($order, $parts) = rows();
    same(json_decode($m[1], true), OrderView::make($order, $parts, 'processing'), 'OpenCart 3');
    unset($order['payment_code'], $order['shipping_code']);
    $order['payment_method'] = '{"name":"Оплата при отриманні","code":"cod"}';
    $order['shipping_method'] = '{"name":"Нова пошта","code":"novaposhta.warehouse","cost":70}';
    same(json_decode($m[1], true), OrderView::make($order, $parts, 'processing'), 'OpenCart 4');
    date_default_timezone_set($zone);
});

test('orders with little in them', function (): void {
    list($order, $parts) = rows();
    $order = array_merge($order, ['shipping_city' => '', 'shipping_address_1' => '', 'shipping_method' => '', 'shipping_code' => '', 'lad_status' => null, 'payment_method' => '<img src="x"> Картка &amp; Ко']);
    $parts = array_merge($parts, ['tracking' => [], 'options' => [], 'totals' => [], 'history' => []]);
    $view = OrderView::make($order, $parts, '');
    same('Львів', $view['delivery']['city'], 'goods that are not sent');
    same(['code' => 'cod', 'title' => 'Картка & Ко'], $view['payment'], 'a method with a picture');
    same(null, $view['tracking'], 'no waybill');
    same([], $view['reached'], 'no history but Lad\'s');
    same('50', $view['lines'][0]['offer_id'], 'an option nobody chose');
    same('', $view['status_name'], 'a status that was deleted');
});

test('a page of orders asks each table once', function (): void {
    list($order, $parts) = rows();
    $db = new FakeDb([
        'FROM `oc_order` o' => [$order, array_merge($order, ['order_id' => '43'])], 'FROM `oc_order_product`' => [$parts['lines'][0] + ['order_id' => '42'], ['order_id' => '43'] + $parts['lines'][0]],
        'FROM `oc_product_option_value`' => [], 'FROM `oc_lad_gone`' => [['order_id' => '44', 'body' => '{"order_id":44,"deleted":true}'], ['order_id' => '45', 'body' => 'broken']],
    ]);
    $views = (new Orders(shop($db)))->byId([43, 44, 42, 45, 46]);
    same([43, 44, 42], array_column($views, 'order_id'), 'in the order asked for, deleted ones too');
    same(8, count($db->asked), 'statements for any number of orders');
    same(1, count($db->with('AND o.`order_status_id` > 0')), 'unfinished checkouts are left out');
});

test('pages of the journal', function (): void {
    $row = function (int $change, int $order): array {
        return ['change_id' => (string)$change, 'order_id' => (string)$order];
    };
    same([[7, 8], 9], Journal::page([$row(1, 7), $row(2, 7), $row(4, 8), $row(5, 7)], 2, 9), 'the end of the journal');
    same([[7, 8], 5], Journal::page([$row(1, 7), $row(4, 8), $row(5, 7), $row(6, 9)], 2, 9), 'a full page ends before the next order');
    same([[], 9], Journal::page([], 2, 9), 'nothing new');
    $many = [];
    for ($i = 1; $i <= 8; $i++) {
        $many[] = $row($i, 7);
    }
    same([[7], 8], Journal::page($many, 2, 99), 'one order that changes all the time');
});

test('an order about to be deleted is kept as it stands', function (): void {
    list($order, $parts) = rows();
    $db = new FakeDb(['FROM `oc_order` o' => [$order], 'FROM `oc_order_product`' => [$parts['lines'][0] + ['order_id' => '42']]]);
    (new Journal(shop($db)))->keep(42);
    $kept = $db->with('REPLACE INTO `oc_lad_gone`');
    same([1, true, 0], [count($kept), strpos(stripslashes($kept[0]), '"deleted":true') !== false, count($db->with('INSERT INTO `oc_lad_change`'))], 'kept, and noted only when it is gone');
    $db = new FakeDb();
    (new Journal(shop($db)))->keep(42);
    same(0, count($db->with('REPLACE')), 'an unfinished checkout is not kept');
});

test('the module taken away remembers what Lad did', function (): void {
    $db = new FakeDb();
    \Lad\Schema::uninstall(shop($db));
    same([0, 0, 0, 1], [count($db->with('lad_history')), count($db->with('lad_tracking')), count($db->with('lad_special')), count($db->with('DROP TABLE IF EXISTS `oc_lad_change`'))], 'tables');
});
