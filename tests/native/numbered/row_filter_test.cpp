#include "numbered/filter/row_filter.h"

#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "oracle/json.h"

namespace switchboard {
namespace {

/// A filter of conditions on the columns a (int4), b (text), c (bool) and d (enum).
struct Bound {
  explicit Bound(std::string_view text) {
    const auto conditions = parseFilter(text);
    REQUIRE(conditions);
    auto made = RowFilter::of(conditions.value());
    REQUIRE(made);
    filter = std::move(made.value());
    REQUIRE_FALSE(filter.bind(kColumns, R"({"d":"enum"})"));
  }
  RowMatch operator()(std::string_view row) const { return filter.match(row); }

  static constexpr std::string_view kColumns =
      R"([{"name":"a","type":"int4"},{"name":"b","type":"text"},{"type":"bool","name":"c"},{"name":"d","type":"mood"}])";
  RowFilter filter;
};

std::string problemOf(std::string_view text, std::string_view columns = Bound::kColumns, std::string_view bases = {}) {
  const auto conditions = parseFilter(text);
  REQUIRE(conditions);
  auto made = RowFilter::of(conditions.value());
  if (!made) return made.error().message;
  const auto error = made.value().bind(columns, bases);
  return error ? error->message : "";
}

TEST_CASE("a row matches when all conditions are true") {
  const Bound filter("a=gt.5,b=eq.x,c=is.true");
  CHECK(filter(R"({"a":6,"b":"x","c":true})") == RowMatch::Yes);
  CHECK(filter(R"({"c":true,"b":"\u0078","a":6})") == RowMatch::Yes);
  CHECK(filter(R"({"a":5,"b":"x","c":true})") == RowMatch::No);
  CHECK(filter(R"({"a":6,"b":"y","c":true})") == RowMatch::No);
  CHECK(filter(R"({"a":6,"b":"x","c":null})") == RowMatch::No);
  CHECK(Bound("")("{}") == RowMatch::Yes);
}

TEST_CASE("a condition that is neither true nor false does not match, negated or not") {
  for (const auto* text : {"a=neq.5", "a=not.eq.5", "a=eq.5", "a=not.in.(5)", "a=in.(5)", "b=like.%", "b=not.like.x"}) {
    CAPTURE(text);
    CHECK(Bound(text)(R"({"a":null,"b":null})") == RowMatch::No);
  }
  CHECK(Bound("a=isdistinct.5")(R"({"a":null})") == RowMatch::Yes);
  CHECK(Bound("a=not.isdistinct.5")(R"({"a":null})") == RowMatch::No);
  CHECK(Bound("a=in.(5,null)")(R"({"a":5})") == RowMatch::Yes);
  CHECK(Bound("a=in.(5,null)")(R"({"a":6})") == RowMatch::No);
  CHECK(Bound("a=not.in.(5,NULL)")(R"({"a":6})") == RowMatch::No);
  CHECK(Bound("a=not.in.(5)")(R"({"a":6})") == RowMatch::Yes);
}

TEST_CASE("a value that is missing or of another form is unknown, unless another condition decides") {
  const Bound filter("a=gt.5,b=eq.x");
  CHECK(filter(R"({"a":6})") == RowMatch::Unknown);
  CHECK(filter(R"({"a":1})") == RowMatch::No);
  CHECK(filter(R"({"b":"y"})") == RowMatch::No);
  CHECK(filter("{}") == RowMatch::Unknown);
  CHECK(Bound("c=is.null")("{}") == RowMatch::Unknown);
  CHECK(Bound("c=not.is.true")("{}") == RowMatch::Unknown);
  for (const auto* value : {R"("6")", "true", "{}", "[6]", "6x", "-", "1e99999"}) {
    CAPTURE(value);
    CHECK(Bound("a=gt.5")("{\"a\":" + std::string(value) + "}") == RowMatch::Unknown);
  }
  CHECK(Bound("b=eq.x")(R"({"b":7})") == RowMatch::Unknown);
  CHECK(Bound("b=eq.x")(R"({"b":"\u12"})") == RowMatch::Unknown);
  CHECK(Bound("b=not.eq.x")(R"({"b":7})") == RowMatch::Unknown);
  CHECK(Bound("c=eq.true")(R"({"c":1})") == RowMatch::Unknown);
}

TEST_CASE("quotes and backslashes are taken off as the server does") {
  CHECK(Bound(R"(b=eq."a,\"b\\")")(R"({"b":"a,\"b\\"})") == RowMatch::Yes);
  CHECK(Bound(R"(b=eq."x)"
              R"(")")(R"({"b":"x"})") == RowMatch::Yes);
  CHECK(Bound(R"(b=eq.a"b")")(R"({"b":"a\"b\""})") == RowMatch::Yes);
  CHECK(Bound(R"(b=in.("a,b", c d ,\"e))")(R"({"b":"c d"})") == RowMatch::Yes);
  CHECK(Bound(R"(b=in.("a,b", c d ,\"e))")(R"({"b":"\"e"})") == RowMatch::Yes);
  CHECK(Bound(R"(b=in.("a,b", c d ,\"e))")(R"({"b":"a,b"})") == RowMatch::Yes);
  CHECK(Bound(R"(b=in.("null",\null))")(R"({"b":"null"})") == RowMatch::Yes);
  CHECK(Bound(R"(b=in.(x\ ,y))")(R"({"b":"x "})") == RowMatch::Yes);
  CHECK(Bound(R"(b=in.( y ,x\\ ))")(R"({"b":"x\\"})") == RowMatch::Yes);
  CHECK(Bound(R"(b=not.in.("null",\null))")(R"({"b":"x"})") == RowMatch::Yes);
}

TEST_CASE("what the database has to decide is refused by the filter's form") {
  CHECK(problemOf("b=ilike.x") == "The condition b=ilike.… can only be decided by the database.");
  CHECK(problemOf("b=match.x") == "The condition b=match.… can only be decided by the database.");
  CHECK(problemOf("b=not.imatch.x") == "The condition b=imatch.… can only be decided by the database.");
  CHECK(problemOf("b=eq.x\xC2\xA0") == "The condition b=eq.… can only be decided by the database.");
  CHECK(problemOf("b=eq.\"x\xC2\xA0\"").empty());
}

TEST_CASE("what the database has to decide is refused by the column's type") {
  CHECK(problemOf("b=gt.x") == "The condition b=gt.… can only be decided by the database: the column's type is text.");
  CHECK(problemOf("d=eq.x") == "The condition d=eq.… can only be decided by the database: the column's type is mood.");
  CHECK(problemOf("d=eq.x", Bound::kColumns, R"({"d":"enum"})").empty());
  CHECK(problemOf("d=gt.5", Bound::kColumns, R"({"d":"int4"})").empty());
  CHECK(problemOf("d=gt.5", Bound::kColumns, R"({"d":"citext"})") ==
        "The condition d=gt.… can only be decided by the database: the column's type is mood.");
  CHECK(problemOf("e=eq.x") == "The condition e=eq.… names a column that the changes do not have.");
  CHECK(problemOf("a=eq.x") == "The condition a=eq.… can only be decided by the database: the column's type is int4.");
  CHECK(problemOf("a=is.true") ==
        "The condition a=is.… can only be decided by the database: the column's type is int4.");
  CHECK(problemOf("a=is.null").empty());
  constexpr std::string_view kUuid = R"([{"name":"a","type":"uuid"}])";
  CHECK(problemOf("a=eq.A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", kUuid).empty());
  CHECK_FALSE(problemOf("a=eq.{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}", kUuid).empty());
  CHECK_FALSE(problemOf("a=like.5").empty());
  CHECK_FALSE(problemOf("c=like.t").empty());
  CHECK_FALSE(problemOf("a=like.x%", R"([{"name":"a","type":"varchar"}])").empty());
  for (const auto* newer : {"0x10", "1_000", "0b1", "0o7"})
    CHECK_FALSE(problemOf("a=eq." + std::string(newer)).empty());
  for (const auto* columns : {"", "{}", "[1]", "null", R"([{"name":"a"}])", R"([{"name":"a","type":7}])"}) {
    CHECK_FALSE(problemOf("a=eq.1", columns).empty());
  }
  CHECK(problemOf("a=eq.1,b=gt.x").find("b=gt") != std::string::npos);
}

TEST_CASE("a filter is bound again when the columns change") {
  const auto conditions = parseFilter("a=gt.5");
  auto filter = RowFilter::of(conditions.value());
  REQUIRE(filter);
  CHECK(filter.value().match(R"({"a":6})") == RowMatch::Unknown);  // not bound yet
  CHECK_FALSE(filter.value().bind(R"([{"name":"a","type":"int4"}])", {}));
  CHECK(filter.value().match(R"({"a":6.5})") == RowMatch::Yes);
  CHECK(filter.value().bind(R"([{"name":"a","type":"text"}])", {}));
  CHECK(filter.value().match(R"({"a":6})") == RowMatch::Unknown);
  CHECK_FALSE(filter.value().bind(R"([{"name":"a","type":"numeric"}])", {}));
  CHECK(filter.value().match(R"({"a":5.000000000000000000001})") == RowMatch::Yes);
}

TEST_CASE("an UPDATE is outside, enters, leaves or stays") {
  using M = RowMatch;
  CHECK(moveOf(M::No, M::No) == RowMove::Outside);
  CHECK(moveOf(M::No, M::Yes) == RowMove::Enters);
  CHECK(moveOf(M::Yes, M::No) == RowMove::Leaves);
  CHECK(moveOf(M::Yes, M::Yes) == RowMove::Stays);
  CHECK(moveOf(M::Unknown, M::Yes) == RowMove::Stays);
  CHECK(moveOf(M::Unknown, M::No) == RowMove::Unknown);
  for (const auto before : {M::No, M::Yes, M::Unknown}) CHECK(moveOf(before, M::Unknown) == RowMove::Unknown);
}

// The table: what PostgreSQL says of thousands of conditions (tests/node/numbered/rowFilters.test.ts checks that it
// does)

struct TypeOfTable {
  std::string type;
  std::string base;
  std::vector<std::string> values;
};

struct Tally {
  std::map<std::string, std::set<std::string>> ops;  ///< by type: the operators that are decided for some literal
  std::map<std::string, int> left;                   ///< by type: conditions that PostgreSQL accepts and are not
  int values = 0;
};

std::string textOf(const Json& object, const char* name) {
  return object.at(name).get<std::string>();
}

/// In quotes only where it has to be, so that both forms occur.
std::string quoted(const std::string& literal) {
  const bool isPlain = !literal.empty() && literal.find_first_of(" ,()\"\\\t\n") == std::string::npos;
  if (isPlain) return literal;
  std::string text = "\"";
  for (const char c : literal) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

/// `answer`: a letter for each value; null when PostgreSQL refuses the condition.
void compareWithTable(const TypeOfTable& type, const std::string& op, const std::string& value, const Json& answer,
                      Tally& tally) {
  for (const bool negated : {false, true}) {
    const std::string text = "c=" + std::string(negated ? "not." : "") + op + "." + value;
    CAPTURE(type.type);
    CAPTURE(text);
    const auto conditions = parseFilter(text);
    if (!conditions) {
      CHECK(answer.is_null());
      return;
    }
    auto filter = RowFilter::of(conditions.value());
    const auto columns = R"([{"name":"c","type":")" + type.type + "\"}]";
    const auto bases = type.base.empty() ? std::string() : R"({"c":")" + type.base + "\"}";
    const bool isExact = filter && !filter.value().bind(columns, bases);
    if (!isExact) {
      if (!answer.is_null()) ++tally.left[type.type];
      return;
    }
    if (answer.is_null()) {
      CHECK(type.base == "enum");  // a label that does not exist: PostgreSQL says so, here no value has it
      return;
    }
    tally.ops[type.type].insert(op);
    const auto letters = answer.get<std::string>();
    REQUIRE(letters.size() == type.values.size());
    std::string found;
    std::string expected;
    for (std::size_t at = 0; at < letters.size(); ++at) {
      ++tally.values;
      const bool matches = letters[at] == (negated ? 'f' : 't');
      expected += matches ? 'y' : 'n';
      const auto match = filter.value().match("{\"c\":" + type.values[at] + "}");
      found += match == RowMatch::Yes ? 'y' : match == RowMatch::No ? 'n' : '?';
    }
    CHECK(found == expected);
  }
}

TEST_CASE("filters decide as PostgreSQL does, or leave it to PostgreSQL") {
  std::ifstream file(SWITCHBOARD_FIXTURES "/rowFilters.jsonl");
  TypeOfTable type;
  Tally tally;
  for (std::string line; std::getline(file, line);) {
    const auto json = parseJson(line);
    REQUIRE(json);
    if (json->contains("type")) {
      type = {textOf(*json, "type"), textOf(*json, "base"), json->at("values").get<std::vector<std::string>>()};
      for (const auto& [word, answer] : json->at("is").items()) compareWithTable(type, "is", word, answer, tally);
    } else if (json->contains("literal")) {
      const auto value = quoted(textOf(*json, "literal"));
      const auto& answers = json->at("answers");
      if (answers.is_null()) compareWithTable(type, "eq", value, answers, tally);
      for (const auto& [op, answer] : answers.items()) compareWithTable(type, op, value, answer, tally);
    } else if (json->contains("list")) {
      compareWithTable(type, "in", textOf(*json, "list"), json->at("answer"), tally);
    } else {
      compareWithTable(type, "like", quoted(textOf(*json, "pattern")), json->at("answer"), tally);
    }
  }
  const std::set<std::string> ordered = {"eq", "neq", "lt", "lte", "gt", "gte", "isdistinct", "in", "is"};
  const std::set<std::string> equal = {"eq", "neq", "isdistinct", "in", "is"};
  auto like = equal;
  like.insert("like");
  const std::map<std::string, std::set<std::string>> decided = {
      {"int2", ordered},      {"int4", ordered},        {"int8", ordered}, {"filter_id", ordered}, {"numeric", ordered},
      {"float4", ordered},    {"float8", ordered},      {"bool", ordered}, {"uuid", ordered},      {"date", ordered},
      {"timestamp", ordered}, {"timestamptz", ordered}, {"text", like},    {"filter_name", like},  {"varchar", equal},
      {"filter_mood", equal}, {"bpchar", {"is"}},       {"bytea", {"is"}}, {"interval", {"is"}},
  };
  for (const auto& [name, ops] : decided) {
    CAPTURE(name);
    const bool hasLikes = name != "filter_name";  // the table has patterns for text only
    auto expected = ops;
    if (!hasLikes) expected.erase("like");
    CHECK(tally.ops[name] == expected);
  }
  CHECK(tally.ops.size() == decided.size());
  CHECK(tally.values > 50'000);
  // Whatever PostgreSQL accepts for these types is decided here.
  for (const std::string name : {"int2", "int4", "int8", "filter_id", "numeric", "bool"}) {
    CAPTURE(name);
    CHECK(tally.left[name] == 0);
  }
}

}  // namespace
}  // namespace switchboard
