<?php
namespace Lad\Test;

use Lad\Events;

test('events fill the journal and cost the shop nothing', function (): void {
    foreach (['1', '0'] as $on) { // 4.1 leaves an order's time alone when its status changes: what is not noted now is never found
        $db = new FakeDb();
        Events::changed(shop($db, ['module_lad_status' => $on]), [42, 5]);
        same(1, count($db->with('INSERT INTO `oc_lad_change`')), 'noted, module on: ' . $on);
    }
    foreach ([[], [0], ['x'], [[42]], null] as $args) {
        $db = new FakeDb();
        Events::changed(shop($db), $args);
        Events::removing(shop($db), $args);
        same([], $db->asked, 'no order in ' . json_encode($args));
    }
    $log = ini_set('error_log', '/dev/null');
    $db = new FakeDb(['lad_change' => function (): array {
        throw new \RuntimeException('the database is away');
    }]);
    Events::changed(shop($db), [42]);
    same(1, count($db->with('INSERT INTO `oc_lad_change`')), 'a failure stays here');
    ini_set('error_log', $log);
});
