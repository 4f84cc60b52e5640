extension OpenAPI {
  /// Collections of what streams have paid. Each amount is there twice: as an integer, by a name that
  /// ends in _wei, and as text.
  static let collectionSchemas = #"""
    "CollectionRequest": {"type": "object", "description": "Either of its members", "properties": {
      "vm_id": {"type": "string", "minLength": 1, "description": "The VM's name or its id"},
      "all": {"const": true}}, "oneOf": [{"required": ["vm_id"]}, {"required": ["all"]}],
      "examples": [{"vm_id": "web"}, {"all": true}]},
    "Wei": {"type": "integer", "description": "Of any size: read it from the text beside it"},
    "Amount": {"type": "string", "pattern": "^-?[0-9]{1,78}$"},
    "Collection": {"type": "object", "required": ["id", "stream_id", "stream", "state", "manual",
      "expected_wei", "expected", "amount_wei", "amount", "gas_cost_wei", "gas_cost", "block",
      "transactions", "reason", "message", "created_at", "updated_at", "ended_at"], "properties": {
      "id": {"type": "integer"}, "stream_id": {"type": "string"}, "stream": {"type": "string"},
      "state": {"enum": ["intended", "signed", "sent", "included", "confirmed", "reverted",
        "superseded", "abandoned"]},
      "manual": {"type": "boolean"}, "collector": {"type": "string"},
      "expected_wei": {"$ref": "#/components/schemas/Wei"},
      "expected": {"$ref": "#/components/schemas/Amount"},
      "amount_wei": {"$ref": "#/components/schemas/Wei"},
      "amount": {"$ref": "#/components/schemas/Amount"},
      "gas_cost_wei": {"$ref": "#/components/schemas/Wei"},
      "gas_cost": {"$ref": "#/components/schemas/Amount"},
      "block": {"type": ["integer", "null"]},
      "transactions": {"type": "array", "description": "Every one that was signed for it",
        "items": {"type": "object", "required": ["hash", "nonce", "gas", "max_fee",
        "priority_fee", "signed_at"], "properties": {"hash": {"type": "string"},
        "nonce": {"type": "integer"}, "gas": {"type": "integer"},
        "max_fee_wei": {"$ref": "#/components/schemas/Wei"},
        "max_fee": {"$ref": "#/components/schemas/Amount"},
        "priority_fee_wei": {"$ref": "#/components/schemas/Wei"},
        "priority_fee": {"$ref": "#/components/schemas/Amount"},
        "signed_at": {"type": "string"}}}},
      "reason": {"type": ["string", "null"]}, "message": {"type": ["string", "null"]},
      "created_at": {"type": "string"}, "updated_at": {"type": "string"},
      "ended_at": {"type": ["string", "null"]}}},
    "Collections": {"type": "object", "required": ["collections"], "properties": {
      "collections": {"type": "array", "items": {"$ref": "#/components/schemas/Collection"}}}},
    "CollectionResults": {"type": "object", "required": ["results"], "properties": {
      "results": {"type": "array", "items": {"type": "object", "required": ["stream_id", "vm_id",
        "begun"], "properties": {"stream_id": {"type": "string"},
        "vm_id": {"type": ["string", "null"]}, "begun": {"type": "boolean"},
        "collection": {"$ref": "#/components/schemas/Collection"},
        "reason": {"type": "string"}, "message": {"type": "string"}}}}}},
    "Reconciliation": {"type": "object", "required": ["agrees", "block", "streams"], "properties": {
      "agrees": {"type": "boolean"}, "block": {"type": ["object", "null"]},
      "streams": {"type": "array", "items": {"type": "object", "required": ["stream_id", "vm_id",
        "phase", "chain", "ledger", "agrees", "difference_wei", "difference", "cause"],
        "properties": {"stream_id": {"type": "string"}, "vm_id": {"type": ["string", "null"]},
        "phase": {"enum": ["active", "leaving", "over"]},
        "chain": {"type": "object", "description": "deposit, vested, withdrawn, withdrawable"},
        "ledger": {"type": "object", "description":
          "Collections that are certain, what they brought and cost, and what may be taken back"},
        "sessions": {"type": "object", "description":
          "Where it pays for sessions: what their calls were charged, what the receipts of these come to, and whether the stream has paid as much"},
        "agrees": {"type": "boolean"},
        "difference_wei": {"$ref": "#/components/schemas/Wei"},
        "difference": {"$ref": "#/components/schemas/Amount"},
        "cause": {"enum": ["under-way", "paid-at-end", null], "description":
          "Why the chain has more: it is not certain yet, or a stream that was ended has paid it"}}}}}},
    """#
}
