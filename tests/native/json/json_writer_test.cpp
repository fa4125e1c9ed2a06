#include "json/json_writer.h"

#include <doctest/doctest.h>

#include <limits>

#include "json/scanner.h"
#include "oracle/json.h"

namespace switchboard {
namespace {

std::string written(std::string_view text) {
  std::string out;
  appendJsonString(out, text);
  return out;
}

TEST_CASE("a written string reads back as itself") {
  std::string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  all += "é€😀";
  const std::string text = written(all);
  JsonScanner scanner(text);
  CHECK(unescape(*scanner.rawString()) == all);
  CHECK(Json::parse(text).get<std::string>() == all);
}

TEST_CASE("what is not UTF-8 is replaced, and what is around it is kept") {
  CHECK(written("a\xFFz") == "\"a\xEF\xBF\xBDz\"");
  CHECK(written("\xC3") == "\"\xEF\xBF\xBD\"");
  CHECK(written("\xE2\x82|") == "\"\xEF\xBF\xBD\xEF\xBF\xBD|\"");
  for (int lead = 0x80; lead < 0x100; ++lead) {
    for (int second = 0; second < 0x100; ++second) {
      const std::string text{static_cast<char>(lead), static_cast<char>(second)};
      CAPTURE(lead);
      CAPTURE(second);
      CHECK(parseJson(written(text)));
    }
  }
}

TEST_CASE("members and items get their commas, at every depth") {
  JsonWriter out;
  out.beginObject();
  out.text("text", "a\"b");
  out.beginArray("none");
  out.endArray();
  out.beginArray("items");
  out.number({}, -1);
  out.text({}, "{");
  out.text({}, "");
  out.beginObject();
  out.endObject();
  out.beginObject();
  out.flag("yes", true);
  out.flag("no", false);
  out.endObject();
  out.endArray();
  out.null("nothing");
  out.verbatim("given", "[1]");
  out.endObject();
  CHECK(out.take() ==
        R"({"text":"a\"b","none":[],"items":[-1,"{","",{},{"yes":true,"no":false}],"nothing":null,"given":[1]})");
}

TEST_CASE("numbers are written to the last digit") {
  using Limits = std::numeric_limits<std::int64_t>;
  JsonWriter out;
  out.beginArray();
  out.number({}, Limits::min());
  out.number({}, 0);
  out.number({}, Limits::max());
  out.endArray();
  CHECK(out.take() == "[-9223372036854775808,0,9223372036854775807]");
}

}  // namespace
}  // namespace switchboard
