#include "json/json_writer.h"

#include "base/text.h"
#include "json/utf8.h"

namespace switchboard {

void appendJsonString(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  out += '"';
  while (!text.empty()) {
    const std::size_t length = leadingCharacter(text);
    const auto c = static_cast<unsigned char>(text.front());
    if (length == 0) {
      out += kReplacement;
    } else if (c < 0x20) {
      out += "\\u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

/// A value directly after an opening bracket has no comma before it; any other has one.
void JsonWriter::lead(const char* name) {
  if (!out_.empty() && out_.back() != '{' && out_.back() != '[') out_ += ',';
  if (name == nullptr) return;
  appendJsonString(out_, name);
  out_ += ':';
}

void JsonWriter::open(const char* name, char bracket) {
  lead(name);
  out_ += bracket;
}

void JsonWriter::text(const char* name, std::string_view value) {
  lead(name);
  appendJsonString(out_, value);
}

void JsonWriter::number(const char* name, std::int64_t value) {
  verbatim(name, decimal(value));
}

void JsonWriter::verbatim(const char* name, std::string_view json) {
  lead(name);
  out_ += json;
}

}  // namespace switchboard
