<?php
namespace Lad;

/** The signatures of PROTOCOL.md. */
final class Signature
{
    /** Seconds that the time of a call may be off. */
    const WINDOW = 300;

    public static function ofCall(string $secret, string $method, string $target, string $time, string $nonce, string $body): string
    {
        return hash_hmac('sha256', implode("\n", [$method, $target, $time, $nonce, hash('sha256', $body)]), $secret);
    }

    public static function ofPush(string $secret, string $time, string $body): string
    {
        return hash_hmac('sha256', "hook\n" . $time . "\n" . hash('sha256', $body), $secret);
    }

    /** Throws unless the call is signed with the secret and in time; $now is in Unix seconds. */
    public static function check(string $secret, int $now, string $method, string $target, array $headers, string $body): void
    {
        $time = isset($headers['X-Lad-Time']) ? (string)$headers['X-Lad-Time'] : '';
        $nonce = isset($headers['X-Lad-Nonce']) ? (string)$headers['X-Lad-Nonce'] : '';
        $sent = isset($headers['X-Lad-Signature']) ? (string)$headers['X-Lad-Signature'] : '';
        $known = $secret !== '' && preg_match('/^[0-9A-Za-z]{16,64}$/D', $nonce);
        if (!$known || !hash_equals(self::ofCall($secret, $method, $target, $time, $nonce, $body), $sent)) {
            throw new Failure('signature', 401, 'The signature is wrong: the secret is another one');
        }
        if (!preg_match('/^[0-9]{1,12}$/D', $time) || abs($now - (int)$time) > self::WINDOW) {
            throw new Failure('clock', 401, 'The time of the call is too far off', ['time' => $now]);
        }
    }
}
