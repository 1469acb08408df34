<?php
namespace Lad;

/** Makes the protocol's order from OpenCart's rows. */
final class OrderView
{
    public static function make(array $o, array $parts, string $group): array
    {
        $shipping = self::method($o, 'shipping');
        $from = trim($o['shipping_city'] . $o['shipping_address_1']) !== '' ? 'shipping_' : 'payment_'; // goods that are not sent have no address of delivery
        return [
            'order_id'     => (int)$o['order_id'],
            'store'        => Shop::plain($o['store_name']),
            'status'       => (int)$o['order_status_id'],
            'status_name'  => Shop::plain($o['lad_status']),
            'status_group' => $group,
            'reached'      => array_values(array_unique(array_map('intval', array_column($parts['history'], 'order_status_id')))),
            'created'      => Shop::time($o['date_added']),
            'changed'      => Shop::time($o['date_modified']),
            'currency'     => $o['currency_code'],
            'total'        => $o['lad_total'],
            'totals'       => array_map(function (array $t): array {
                return ['code' => $t['code'], 'title' => Shop::plain($t['title']), 'value' => $t['lad_value']];
            }, $parts['totals']),
            'buyer'        => [
                'id'    => (int)$o['customer_id'], 'firstname' => Shop::plain($o['firstname']), 'lastname' => Shop::plain($o['lastname']),
                'phone' => Shop::plain($o['telephone']), 'email' => Shop::plain($o['email']),
            ],
            'recipient'    => ['firstname' => Shop::plain($o['shipping_firstname']), 'lastname' => Shop::plain($o['shipping_lastname'])],
            'payment'      => self::method($o, 'payment'),
            'delivery'     => $shipping + [
                'country'  => Shop::plain($o[$from . 'country']), 'zone' => Shop::plain($o[$from . 'zone']), 'city' => Shop::plain($o[$from . 'city']),
                'postcode' => Shop::plain($o[$from . 'postcode']), 'address_1' => Shop::plain($o[$from . 'address_1']), 'address_2' => Shop::plain($o[$from . 'address_2']),
            ],
            'tracking'     => $parts['tracking'] ? ['carrier' => $parts['tracking'][0]['carrier'], 'number' => $parts['tracking'][0]['number']] : null,
            'comment'      => Shop::plain($o['comment']),
            'deleted'      => false,
            'lines'        => self::lines($parts),
        ];
    }

    /** OpenCart 3 keeps a method as two texts, OpenCart 4 as one JSON object. */
    public static function method(array $o, string $what): array
    {
        $title = isset($o[$what . '_method']) ? (string)$o[$what . '_method'] : '';
        $code = isset($o[$what . '_code']) ? (string)$o[$what . '_code'] : '';
        $object = json_decode($title, true);
        if (is_array($object)) {
            $title = isset($object['name']) ? (string)$object['name'] : '';
            $code = isset($object['code']) ? (string)$object['code'] : '';
        }
        return ['code' => $code, 'title' => trim(strip_tags(Shop::plain($title)))];
    }

    private static function lines(array $parts): array
    {
        $options = Orders::grouped($parts['options'], 'order_product_id');
        $lines = [];
        foreach ($parts['lines'] as $line) {
            $id = (int)$line['order_product_id'];
            $product = (int)$line['product_id'];
            $own = isset($options[$id]) ? $options[$id] : [];
            $chosen = $shown = $words = [];
            foreach ($own as $option) {
                $value = (int)$option['product_option_value_id'];
                $chosen[(int)$option['product_option_id']] = $value;
                $words[$product . '-' . $value] = ':' . Shop::plain($option['value']);
                $shown[] = ['option_value_id' => $value, 'name' => Shop::plain($option['name']), 'value' => Shop::plain($option['value'])];
            }
            $offer = Units::ofLine($product, $parts['values'][$product], array_filter($chosen));
            $code = Shop::plain($line['lad_sku']) !== '' ? Shop::plain($line['lad_sku']) : Shop::plain($line['model']);
            $lines[] = [
                'line_id'  => $id, 'product_id' => $product, 'offer_id' => $offer, 'sku' => $code . (isset($words[$offer]) ? $words[$offer] : ''),
                'model'    => Shop::plain($line['model']), 'title' => Shop::plain($line['name']), 'options' => $shown,
                'quantity' => (int)$line['quantity'], 'price' => $line['lad_price'], 'total' => $line['lad_total'],
            ];
        }
        return $lines;
    }
}
