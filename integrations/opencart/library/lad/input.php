<?php
namespace Lad;

/** Reads members of a call's body within their bounds. */
final class Input
{
    /** @var array */
    private $body;

    public function __construct(array $body)
    {
        $this->body = $body;
    }

    /** Reads the JSON object of a call. */
    public static function read(string $body): self
    {
        $value = json_decode($body, true, 16);
        if (!is_array($value) || ltrim($body) === '' || ltrim($body)[0] !== '{') {
            throw Failure::invalid('The body is not the JSON object that this call takes');
        }
        return new self($value);
    }

    public function has(string $name): bool
    {
        return isset($this->body[$name]);
    }

    public function whole(string $name, int $min, int $max, ?int $default = null): int
    {
        $value = isset($this->body[$name]) ? $this->body[$name] : $default;
        if (!is_int($value) || $value < $min || $value > $max) {
            throw Failure::invalid($name . ' is not a whole number within its bounds');
        }
        return $value;
    }

    public function text(string $name, int $max, string $default = ''): string
    {
        $value = isset($this->body[$name]) ? $this->body[$name] : $default;
        if (!is_string($value) || strlen($value) > $max) {
            throw Failure::invalid($name . ' is not a text within its bounds');
        }
        return $value;
    }

    public function yes(string $name): bool
    {
        return isset($this->body[$name]) && $this->body[$name] === true;
    }

    /** A list of one to $max values. */
    public function items(string $name, int $max): array
    {
        $value = isset($this->body[$name]) ? $this->body[$name] : null;
        if (!is_array($value) || $value === [] || count($value) > $max || array_keys($value) !== range(0, count($value) - 1)) {
            throw Failure::invalid($name . ' is not a list of one to ' . $max);
        }
        return $value;
    }

    /** The numbers of a list. */
    public function ids(string $name, int $max): array
    {
        $ids = $this->items($name, $max);
        foreach ($ids as $id) {
            if (!is_int($id) || $id <= 0 || $id > 2147483647) {
                throw Failure::invalid($name . ' holds something that is not a number');
            }
        }
        return array_values(array_unique($ids));
    }

    /** An object inside the body; null when it is not there. */
    public function object(string $name): ?self
    {
        return isset($this->body[$name]) && is_array($this->body[$name]) ? new self($this->body[$name]) : null;
    }
}
