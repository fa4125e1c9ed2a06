#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace switchboard {

/// Appends `text` as a JSON string, quotes included. What is not UTF-8 in it is replaced, never refused.
void appendJsonString(std::string& out, std::string_view text);

/// Writes one JSON text from front to back and puts the commas. `name` is the member's name inside an object, empty for
/// an item of an array and for the outermost value; each `begin…` has its end.
class JsonWriter {
 public:
  void beginObject(std::string_view name = {}) { open(name, '{'); }
  void endObject() { out_ += '}'; }
  void beginArray(std::string_view name = {}) { open(name, '['); }
  void endArray() { out_ += ']'; }

  void text(std::string_view name, std::string_view value);
  void number(std::string_view name, std::int64_t value);
  void flag(std::string_view name, bool value) { verbatim(name, value ? "true" : "false"); }
  void null(std::string_view name) { verbatim(name, "null"); }
  /// `json`: a JSON text.
  void verbatim(std::string_view name, std::string_view json);

  std::string take() { return std::move(out_); }

 private:
  void lead(std::string_view name);
  void open(std::string_view name, char bracket);

  std::string out_;
};

}  // namespace switchboard
