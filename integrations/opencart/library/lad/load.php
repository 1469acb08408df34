<?php
// Loads the module's library. OpenCart 3 and 4 have different autoloaders, so the files are named here.
foreach (['failure', 'signature', 'amount', 'input', 'shop', 'schema', 'journal', 'units', 'orders', 'orderview', 'specials', 'catalog', 'batch', 'stock', 'price', 'steps', 'dictionary', 'pushes', 'events', 'server'] as $lad_file) {
    require_once __DIR__ . '/' . $lad_file . '.php';
}
