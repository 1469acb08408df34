<?php
$_['heading_title'] = 'Lad';
$_['text_success'] = 'Ustawienia zapisane.';
$_['error_permission'] = 'Nie możesz zmieniać ustawień tego modułu.';
$_['text_copy'] = 'Skopiuj adres i sekret do Lad: Kanały, Podłącz kanał, OpenCart.';
$_['entry_address'] = 'Adres';
$_['entry_secret'] = 'Sekret';
$_['entry_new_secret'] = 'Utwórz nowy sekret (Lad stanie, dopóki go nie dostanie)';
$_['entry_status'] = 'Moduł jest włączony';
$_['entry_stock'] = 'Lad może ustawiać stany';
$_['entry_price'] = 'Lad może ustawiać ceny';
$_['entry_order'] = 'Lad może zmieniać zamówienia (statusy, listy przewozowe)';
