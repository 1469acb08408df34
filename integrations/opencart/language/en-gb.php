<?php
$_['heading_title'] = 'Lad';
$_['text_success'] = 'Settings are saved.';
$_['error_permission'] = 'You may not change the settings of this module.';
$_['text_copy'] = 'Copy the address and the secret into Lad: Channels, Connect a channel, OpenCart.';
$_['entry_address'] = 'Address';
$_['entry_secret'] = 'Secret';
$_['entry_new_secret'] = 'Make a new secret (Lad stops until it has it)';
$_['entry_status'] = 'Module is on';
$_['entry_stock'] = 'Lad may set stock';
$_['entry_price'] = 'Lad may set prices';
$_['entry_order'] = 'Lad may change orders (statuses, waybills)';
