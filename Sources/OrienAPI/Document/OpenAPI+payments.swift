extension OpenAPI {
  /// What is told of streams that pay.
  static let paymentSchemas = #"""
    "StreamStatus": {"type": "object", "required": ["vm_id", "stream_id", "verified", "reason",
      "state", "chain", "computed"], "properties": {
      "vm_id": {"type": ["string", "null"]}, "holder": {"type": "string"},
      "stream_id": {"type": "string"}, "contract": {"type": "string"},
      "chain_id": {"type": "string"}, "verified": {"type": "boolean"},
      "reason": {"type": "string"}, "state": {"enum": ["good", "bad", "unknown"]},
      "since": {"type": ["string", "null"]},
      "phase": {"enum": ["active", "leaving"]},
      "required_rate_wei": {"type": "string"},
      "chain": {"type": ["object", "null"], "description": "As the contract has it", "properties": {
        "token": {"type": "string"}, "sender": {"type": "string"}, "recipient": {"type": "string"},
        "startTime": {"type": "integer"}, "stopTime": {"type": "integer"},
        "ratePerSecond": {"type": "integer"}, "deposit": {"type": "integer"},
        "withdrawn": {"type": "integer"}, "halted": {"type": "boolean"}}},
      "computed": {"type": ["object", "null"], "properties": {"now": {"type": "integer"},
        "remaining_seconds": {"type": "integer"}, "vested_wei": {"type": "integer"},
        "withdrawable_wei": {"type": "integer"}}},
      "text": {"type": "object", "description": "The amounts once more, as text",
        "additionalProperties": {"type": "string"}}}},
    "PaymentSummary": {"type": "object", "description": "To the operator, where streams pay",
      "properties": {"network": {"type": ["string", "null"]},
      "chain_id": {"type": ["string", "null"]}, "contract": {"type": ["string", "null"]},
      "token": {"type": ["string", "null"]}, "wallet": {"type": ["string", "null"]},
      "can_withdraw": {"type": ["boolean", "null"]},
      "streams": {"type": "object", "properties": {"good": {"type": "integer"},
        "bad": {"type": "integer"}, "unknown": {"type": "integer"}}},
      "read_at": {"type": ["string", "null"]}, "block": {"type": ["integer", "null"]},
      "unknown_since": {"type": ["string", "null"]}, "reason": {"type": ["string", "null"],
        "description": "Why they cannot be read"}}},
    "StreamStatuses": {"type": "array", "items": {"$ref": "#/components/schemas/StreamStatus"}},
    """#
}
