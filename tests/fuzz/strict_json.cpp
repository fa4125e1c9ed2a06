#include "strict_json.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace switchboard::fuzz {

namespace {

/// Accepts all, and notes what the DOM does not tell.
struct Notes : nlohmann::json_sax<Json> {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  int error = 0;
  bool repeats = false;
  std::vector<std::set<std::string>> names;

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override {
    names.emplace_back();
    return start_array(0);
  }
  bool key(string_t& name) override {
    repeats = !names.back().insert(name).second || repeats;
    return true;
  }
  bool end_object() override {
    names.pop_back();
    return end_array();
  }
  bool start_array(std::size_t) override {
    deepest = std::max(deepest, ++depth);
    return true;
  }
  bool end_array() override {
    --depth;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& exception) override {
    error = exception.id;
    return false;
  }
};

}  // namespace

Strict readStrictly(std::string_view text) {
  constexpr int kOutOfRange = 406;
  if (text.find('\0') != std::string_view::npos || text.starts_with("\xEF\xBB\xBF")) return {};
  Notes notes;
  if (!Json::sax_parse(text.begin(), text.end(), &notes)) {
    return {notes.error == kOutOfRange ? Verdict::NumberTooLarge : Verdict::NoJson, {}, 0};
  }
  return {Verdict::Json, Json::parse(text.begin(), text.end(), nullptr, false), notes.deepest};
}

bool repeatsName(std::string_view text) {
  Notes notes;
  Json::sax_parse(text.begin(), text.end(), &notes);
  return notes.repeats;
}

}  // namespace switchboard::fuzz
