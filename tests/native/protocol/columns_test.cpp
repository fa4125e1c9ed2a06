#include "protocol/changes/columns.h"

#include <doctest/doctest.h>

#include <string>

namespace switchboard {
namespace {

constexpr std::string_view kList = R"([{"name": "id", "type": "int8"}, {"name": "columns", "type": "_text"}])";

std::string dataWith(std::string_view list, std::string_view record = R"({"id": 1})") {
  return R"({"table":"t","type":"UPDATE","record":)" + std::string(record) + R"(,"columns":)" + std::string(list) +
         R"(,"errors":null,"schema":"public","old_record":{"id": 1}})";
}

TEST_CASE("a list of columns has a number from the first change on, and is handed out once") {
  ColumnLists lists;
  CHECK(lists.takeNew().empty());
  const std::string data = dataWith(kList);
  for (int times = 0; times < 2; ++times) {
    const auto cut = lists.find(data);
    REQUIRE(cut);
    CHECK(cut->list == 0);
    CHECK(cut->member == R"(,"columns":)" + std::string(kList));
    CHECK(cut->member.data() == data.data() + data.find(R"(,"columns":)"));
  }
  const std::string other = dataWith("[]");
  REQUIRE(lists.find(other));
  CHECK(lists.find(other)->list == 1);
  CHECK(lists.find(data)->list == 0);
  const auto fresh = lists.takeNew();
  REQUIRE(fresh.size() == 2);
  CHECK(fresh[0] == kList);
  CHECK(fresh[1] == "[]");
  CHECK(lists.takeNew().empty());
}

TEST_CASE("only the change's own list is meant, not one inside its row") {
  ColumnLists lists;
  const std::string inner = R"({"columns":)" + std::string(kList) + R"(,"x":",\"columns\":[]"})";
  const std::string data = dataWith("[]", inner);
  const auto cut = lists.find(data);
  REQUIRE(cut);
  CHECK(cut->member == R"(,"columns":[])");
  CHECK(cut->member.data() > data.data() + data.find(inner));
}

TEST_CASE("a list that is another's beginning is not taken for it") {
  ColumnLists lists;
  lists.find(dataWith("[1]"));
  const std::string longer = dataWith("[1 ]");
  REQUIRE(lists.find(longer));
  CHECK(lists.find(longer)->list == 1);
}

TEST_CASE("what has no list, has it first, or has something else in its place, keeps it") {
  ColumnLists lists;
  for (const std::string_view data :
       {R"({"table":"t"})", R"({"columns":[],"table":"t"})", R"({"table":"t","columns":null})",
        R"({"table":"t","columns":)", R"({"table":"t","columns":[)", R"([1])", "", "{"}) {
    CAPTURE(data);
    CHECK_FALSE(lists.find(data));
    CHECK_FALSE(lists.read(data).columns);
  }
}

TEST_CASE("the number of lists is bounded") {
  ColumnLists lists;
  int numbered = 0;
  for (int n = 0; n < 1'000; ++n) {
    if (lists.find(dataWith("[" + std::to_string(n) + "]"))) ++numbered;
  }
  CHECK(numbered == 64);
  CHECK(lists.find(dataWith("[3]"))->list == 3);
  ColumnLists large;
  CHECK_FALSE(large.find(dataWith("[\"" + std::string(300'000, 'a') + "\"]")));
}

TEST_CASE("what tells rows apart is found in any order") {
  for (const std::string_view data :
       {R"({"type":"UPDATE","record":{"id": 1},"columns":[],"old_record":{"id": 2}})",
        R"({"type":"UPDATE","columns":[],"old_record":{"id": 2},"record":{"id": 1}})",
        R"({"old_record":{"id": 2},"columns":[], "record":{"id": 1} ,"type":"UPDATE"})"}) {
    CAPTURE(data);
    ColumnLists lists;
    const auto parts = lists.read(data);
    CHECK(parts.type == ChangeType::Update);
    CHECK(parts.record.substr(0, 9) == R"({"id": 1})");
    CHECK(parts.oldRecord.substr(0, 9) == R"({"id": 2})");
    REQUIRE(parts.columns);
    CHECK(parts.columns->member == R"(,"columns":[])");
  }
}

}  // namespace
}  // namespace switchboard
