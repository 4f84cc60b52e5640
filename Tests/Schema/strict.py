"""What OpenAI says of the schemas to which it holds a model word by word, as a checker: the faults
of one, each with its place. By its guide to structured outputs: "Supported schemas".
"""

TYPES = {"string", "number", "boolean", "integer", "object", "array", "null"}
# Beside these a schema may have no keyword.
KEYWORDS = {
    "string": {"pattern", "format"},
    "number": {"multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"},
    "array": {"items", "minItems", "maxItems"},
    "object": {"properties", "required", "additionalProperties"},
    "boolean": set(),
    "null": set(),
}
KEYWORDS["integer"] = KEYWORDS["number"]
ANY = {"type", "description", "title", "enum", "const", "anyOf", "$ref", "$defs"}
FORMATS = {
    "date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"}
MOST_PROPERTIES, MOST_LEVELS, MOST_ENTRIES, MOST_CHARACTERS = 5000, 10, 1000, 120_000
LARGE_ENUM_ENTRIES, LARGE_ENUM_CHARACTERS = 250, 15_000


class Bounds:
    """What is counted over a whole schema."""

    def __init__(self):
        self.properties = self.entries = self.characters = 0

    def faults(self):
        for count, most, what in (
                (self.properties, MOST_PROPERTIES, "properties"),
                (self.entries, MOST_ENTRIES, "values in enums"),
                (self.characters, MOST_CHARACTERS, "characters of names and values")):
            if count > most:
                yield f"{count} {what}, at most {most} may be"


def faults(schema):
    """Of the parameters of one function."""
    if not isinstance(schema, dict) or schema.get("type") != "object" or "anyOf" in schema:
        return ["the root is no object"]
    bounds = Bounds()
    return list(_faults(schema, "", 0, bounds)) + list(bounds.faults())


def _faults(schema, place, level, bounds):
    if level > MOST_LEVELS:
        yield f"{place}: deeper than {MOST_LEVELS} levels"
        return
    types = schema.get("type")
    types = types if isinstance(types, list) else [types]
    if "type" not in schema and not {"anyOf", "$ref"} & schema.keys():
        yield f"{place}: has no type"
        types = []
    for one in types:
        if one not in TYPES:
            yield f"{place}: {one} is no type"
    known = ANY.union(*(KEYWORDS.get(one, set()) for one in types))
    for name in schema.keys() - known:
        yield f"{place}: {name} is not permitted"
    if schema.get("format", "date") not in FORMATS:
        yield f"{place}: the format {schema['format']} is not supported"
    yield from _value_faults(schema, types, place, bounds)
    if "object" in types:
        yield from _object_faults(schema, place, level, bounds)
    if "array" in types:
        if not isinstance(schema.get("items"), dict):
            yield f"{place}: has no items"
        else:
            yield from _faults(schema["items"], place + "/items", level + 1, bounds)
    for name in "anyOf", "$defs":
        parts = schema.get(name, [])
        for part in parts.values() if isinstance(parts, dict) else parts:
            yield from _faults(part, f"{place}/{name}", level + 1, bounds)


def _value_faults(schema, types, place, bounds):
    values = schema.get("enum", []) + ([schema["const"]] if "const" in schema else [])
    if "enum" in schema and not schema["enum"]:
        yield f"{place}: an empty enum"
    texts = [value for value in values if isinstance(value, str)]
    bounds.entries += len(values)
    bounds.characters += sum(map(len, texts))
    if len(values) > LARGE_ENUM_ENTRIES and sum(map(len, texts)) > LARGE_ENUM_CHARACTERS:
        yield f"{place}: an enum of too many characters"
    of = {str: {"string"}, bool: {"boolean"}, int: {"integer", "number"}, float: {"number"},
          type(None): {"null"}}
    for value in values:
        if not of.get(type(value), set()) & set(types):
            yield f"{place}: {value!r} is of none of its types"
    if values and "null" in types and None not in values:
        yield f"{place}: null is a type and no value of its enum"


def _object_faults(schema, place, level, bounds):
    properties = schema.get("properties", {})
    bounds.properties += len(properties)
    bounds.characters += sum(map(len, properties))
    if schema.get("additionalProperties") is not False:
        yield f"{place}: additionalProperties is not false"
    if sorted(schema.get("required", [])) != sorted(properties):
        yield f"{place}: required does not have each property once"
    for name, part in properties.items():
        yield from _faults(part, f"{place}/{name}", level + 1, bounds)
