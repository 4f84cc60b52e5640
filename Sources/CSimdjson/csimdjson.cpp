#include "csimdjson.h"

#include <new>
#include <simdjson.h>

struct csimdjson_parser {
  simdjson::dom::parser parser;
};

csimdjson_parser *csimdjson_make(size_t depth) {
  csimdjson_parser *made = new (std::nothrow) csimdjson_parser;
  // One level more than asked, because simdjson counts the document itself.
  if (made && made->parser.allocate(1024, depth + 1)) {
    delete made;
    return nullptr;
  }
  return made;
}

void csimdjson_free(csimdjson_parser *parser) { delete parser; }

const char *csimdjson_parse(csimdjson_parser *parser, const uint8_t *bytes, size_t size,
                            csimdjson_tape *tape) {
  if (size == 0) return "Empty: no JSON found";
  // Copied into the parser's own buffer, because simdjson reads beyond the end of what it parses.
  simdjson::error_code error = parser->parser.parse(bytes, size, true).error();
  if (error) return simdjson::error_message(error);
  *tape = {parser->parser.doc.tape.get(), parser->parser.doc.string_buf.get()};
  return nullptr;
}
