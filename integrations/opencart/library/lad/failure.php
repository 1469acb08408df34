<?php
namespace Lad;

/** A refusal of the protocol: its code, HTTP status and words. The words name no secret and no buyer. */
final class Failure extends \RuntimeException
{
    /** @var string */
    public $name;
    /** @var int */
    public $status;
    /** @var array more members of the error object */
    public $more;

    public function __construct(string $name, int $status, string $message, array $more = [])
    {
        parent::__construct($message);
        $this->name = $name;
        $this->status = $status;
        $this->more = $more;
    }

    public static function invalid(string $message): self
    {
        return new self('invalid', 422, $message);
    }
}
