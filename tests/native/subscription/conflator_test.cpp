#include "subscription/delivery/conflator.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "oracle/json.h"

namespace switchboard {
namespace {

/// What a client that got these changes one by one knows of a row: its columns, and whether it is there.
struct Known {
  bool there = false;
  std::optional<Json> row;

  void apply(const Json& data) {
    const auto type = data["type"].get<std::string>();
    if (type == "DELETE") {
      there = false;
      row.reset();
      return;
    }
    Json merged = row && type == "UPDATE" ? *row : Json::object();
    for (const auto& [name, value] : data["record"].items()) merged[name] = value;
    row = merged;
    there = true;
  }
};

constexpr std::string_view kColumns =
    R"([{"name":"id","type":"int4"},{"name":"n","type":"int4"},{"name":"body","type":"text"}])";

std::string change(std::string_view type, const std::string& record, const std::string& old,
                   const std::string& errors = "null") {
  std::string data = R"({"table":"a","type":")" + std::string(type) + "\"";
  if (!record.empty()) data += ",\"record\":" + record;
  data += ",\"columns\":" + std::string(kColumns) + ",\"errors\":" + errors + R"(,"schema":"public")";
  if (!old.empty()) data += ",\"old_record\":" + old;
  return data + R"(,"commit_timestamp":"2026-11-22T12:00:00.000Z"})";
}

std::string full(int id, int n) {
  return R"({"id": )" + std::to_string(id) + R"(, "n": )" + std::to_string(n) + R"(, "body": "b)" + std::to_string(n) +
         "\"}";
}
std::string part(int id, int n) {
  return R"({"id": )" + std::to_string(id) + R"(, "n": )" + std::to_string(n) + "}";
}

struct Bench {
  explicit Bench(bool keepDeletes = false, Vector<std::string> key = {"id"})
      : conflator(std::move(key), lists, keepDeletes) {}

  Json take() {
    const auto text = conflator.take();
    auto items = Json::parse(std::string(text.data(), text.size()));
    Json datas = Json::array();
    for (auto& item : items) datas.push_back(item["data"]);
    return datas;
  }

  ColumnLists lists;
  Conflator conflator;
};

/// I, D, U (all columns) and u (without the unchanged column `body`).
std::string step(char what, int n) {
  switch (what) {
    case 'I':
      return change("INSERT", full(1, n), "");
    case 'D':
      return change("DELETE", "", full(1, n - 1));
    case 'U':
      return change("UPDATE", full(1, n), full(1, n - 1));
    default:
      return change("UPDATE", part(1, n), full(1, n - 1));
  }
}

bool mayFollow(bool there, char what) {
  return (what == 'I') != there;
}

void checkSequence(const std::string& steps, bool keepDeletes) {
  CAPTURE(steps);
  CAPTURE(keepDeletes);
  Bench bench(keepDeletes);
  const bool wasThere = steps[0] != 'I';
  Known before;
  before.there = wasThere;
  if (wasThere) before.row = Json::parse(full(1, 0));
  Known oneByOne = before;
  Known folded = before;
  int n = 1;
  for (const char what : steps) {
    const auto data = step(what, n++);
    oneByOne.apply(Json::parse(data));
    bench.conflator.push(data);
  }
  const auto datas = bench.take();
  CHECK(datas.size() == (!wasThere && !oneByOne.there && !keepDeletes ? 0 : 1));
  for (const auto& data : datas) {
    folded.apply(data);
    const auto type = data["type"].get<std::string>();
    // Somebody may have fetched what came and went.
    const bool mayBeKnown = wasThere || (keepDeletes && steps.find('D') != std::string::npos);
    const std::string expected = !oneByOne.there ? "DELETE" : mayBeKnown ? "UPDATE" : "INSERT";
    CHECK(type == expected);
    if (wasThere) CHECK(data["old_record"] == Json::parse(full(1, 0)));
  }
  CHECK(folded.there == oneByOne.there);
  CHECK(folded.row == oneByOne.row);
}

TEST_SUITE("conflator") {
  TEST_CASE("every sequence of up to four changes of a row comes to one with the same effect") {
    for (const bool keepDeletes : {false, true}) {
      for (const char a : {'I', 'D', 'U', 'u'}) {
        for (const char b : {'-', 'I', 'D', 'U', 'u'}) {
          for (const char c : {'-', 'I', 'D', 'U', 'u'}) {
            for (const char d : {'-', 'I', 'D', 'U', 'u'}) {
              std::string steps;
              bool there = a != 'I';
              bool legal = true;
              for (const char what : {a, b, c, d}) {
                if (what == '-') continue;
                legal = legal && mayFollow(there, what);
                there = what != 'D';
                steps += what;
              }
              if (legal) checkSequence(steps, keepDeletes);
            }
          }
        }
      }
    }
  }

  TEST_CASE("columns that different updates leave out come together") {
    Bench bench;
    bench.conflator.push(change("UPDATE", R"({"id": 1, "body": "x\"}{"})", R"({"id": 1})"));
    bench.conflator.push(change("UPDATE", R"({"id": 1, "n": 5})", R"({"id": 1})"));
    bench.conflator.push(change("UPDATE", R"({"id": 1, "n": 6})", R"({"id": 1})"));
    const auto datas = bench.take();
    REQUIRE(datas.size() == 1);
    CHECK(datas[0]["record"] == Json::parse(R"({"id":1,"n":6,"body":"x\"}{"})"));
  }

  TEST_CASE("what the server could not send stays unknown, with its error, until it comes") {
    const std::string tooLarge = R"(["Error 413: Payload Too Large"])";
    Bench bench;
    bench.conflator.push(change("INSERT", full(1, 1), ""));
    bench.conflator.push(change("UPDATE", part(1, 2), R"({"id": 1})", tooLarge));
    auto datas = bench.take();
    REQUIRE(datas.size() == 1);
    CHECK(datas[0]["type"] == "INSERT");
    CHECK(datas[0]["record"] == Json::parse(part(1, 2)));
    CHECK(datas[0]["errors"] == Json::parse(tooLarge));
    bench.conflator.push(change("INSERT", part(1, 1), "", tooLarge));
    bench.conflator.push(change("UPDATE", part(1, 2), R"({"id": 1})"));
    bench.conflator.push(change("UPDATE", part(1, 3), R"({"id": 1})"));
    datas = bench.take();
    CHECK(datas[0]["record"] == Json::parse(part(1, 3)));
    CHECK(datas[0]["errors"] == Json::parse(tooLarge));
    bench.conflator.push(change("INSERT", part(1, 1), "", tooLarge));
    bench.conflator.push(change("UPDATE", full(1, 2), R"({"id": 1})"));
    datas = bench.take();
    CHECK(datas[0]["record"] == Json::parse(full(1, 2)));
    CHECK(datas[0]["errors"].is_null());
  }

  TEST_CASE("a change without values counts for itself, and nothing is folded across it") {
    Bench bench;
    bench.conflator.push(step('U', 1));
    bench.conflator.push(
        R"({"table":"a","type":"UPDATE","record":{},"columns":[],"errors":["Error 401: Unauthorized"]})");
    bench.conflator.push(step('U', 2));
    const auto datas = bench.take();
    REQUIRE(datas.size() == 3);
    CHECK(datas[1]["errors"][0] == "Error 401: Unauthorized");
    CHECK(datas[2]["record"]["n"] == 2);
  }

  TEST_CASE("a row that moves to another key goes on with that") {
    const auto moved = change("UPDATE", part(2, 7), part(1, 6));
    {
      Bench bench;
      bench.conflator.push(step('I', 1));
      bench.conflator.push(moved);
      const auto datas = bench.take();
      REQUIRE(datas.size() == 1);
      CHECK(datas[0]["type"] == "INSERT");
      CHECK(datas[0]["record"] == Json::parse(R"({"id":2,"n":7,"body":"b1"})"));
    }
    {
      Bench bench;
      bench.conflator.push(step('U', 1));
      bench.conflator.push(moved);
      bench.conflator.push(step('I', 9));  // another row with the former key
      bench.conflator.push(change("DELETE", "", part(2, 7)));
      const auto datas = bench.take();
      REQUIRE(datas.size() == 2);
      CHECK(datas[0]["type"] == "DELETE");
      CHECK(datas[0]["old_record"]["id"] == 1);
      CHECK(datas[1]["type"] == "INSERT");
      CHECK(datas[1]["record"]["n"] == 9);
    }
    {
      Bench bench;  // the other key is in the window already: order matters
      bench.conflator.push(step('U', 1));
      bench.conflator.push(change("DELETE", "", full(2, 0)));
      bench.conflator.push(moved);
      const auto datas = bench.take();
      REQUIRE(datas.size() == 3);
      CHECK(datas[1]["type"] == "DELETE");
      CHECK(datas[2]["record"]["id"] == 2);
    }
    {
      Bench bench(true);  // somebody may have fetched it under its former key
      bench.conflator.push(step('I', 1));
      bench.conflator.push(moved);
      CHECK(bench.take().size() == 2);
    }
  }

  TEST_CASE("random histories of a few rows, keys changing, have the effect of their changes one by one") {
    unsigned random = 1;
    const auto below = [&random](unsigned n) {
      random = random * 1'103'515'245 + 12'345;
      return random / 65'536 % n;
    };
    for (int world = 0; world < 5'000; ++world) {
      const bool keepDeletes = below(2) == 0;
      Bench bench(keepDeletes);
      std::map<int, Json> table;
      for (int id = 1; id <= 2; ++id) table[id] = Json::parse(full(id, 0));
      auto seen = table;
      const int fetchedAt = static_cast<int>(below(12));  // with keepDeletes the rows may be fetched at any time
      for (int n = 1; n < 12; ++n) {
        if (keepDeletes && n == fetchedAt) seen = table;
        const int id = static_cast<int>(1 + below(4));
        const auto row = table.find(id);
        std::string data;
        if (row == table.end()) {
          table[id] = Json::parse(full(id, n));
          data = change("INSERT", full(id, n), "");
        } else if (below(3) == 0) {
          data = change("DELETE", "", toText(row->second));
          table.erase(row);
        } else {
          const int to = static_cast<int>(below(3) == 0 ? 1 + below(4) : static_cast<unsigned>(id));
          if (to != id && table.count(to) != 0) continue;
          const Json old = row->second;
          Json next = old;
          next["id"] = to;
          next["n"] = n;
          const bool leavesOut = below(2) == 0;
          if (!leavesOut) next["body"] = "b" + std::to_string(n);
          Json record = next;
          if (leavesOut) record.erase("body");
          table.erase(row);
          table[to] = next;
          data = change("UPDATE", toText(record), toText(old));
        }
        bench.conflator.push(data);
        CHECK(bench.conflator.bytes() <= 12 * 1'000);
      }
      if (bench.conflator.size() == 0) CHECK(bench.conflator.bytes() == 0);
      for (const auto& data : bench.take()) {
        const auto type = data["type"].get<std::string>();
        Json row = Json::object();
        if (type != "INSERT") {
          const int old = data["old_record"]["id"].get<int>();
          if (type == "UPDATE" && seen.count(old) != 0) row = seen[old];
          seen.erase(old);
        }
        if (type == "DELETE") continue;
        for (const auto& [name, value] : data["record"].items()) row[name] = value;
        seen[row["id"].get<int>()] = row;
      }
      CAPTURE(world);
      if (keepDeletes) {
        for (auto* rows : {&seen, &table}) {
          for (auto& [id, row] : *rows) row.erase("body");  // changes of before the fetch may lack it
        }
      }
      CHECK(seen == table);
      CHECK(bench.conflator.bytes() == 0);
    }
  }

  TEST_CASE("rows are distinguished by all columns of the key, and by none where one is missing") {
    Bench bench(false, {"id", "n"});
    for (int n : {1, 2, 1}) bench.conflator.push(change("UPDATE", full(1, n), full(1, n)));
    CHECK(bench.take().size() == 2);
    for (int n : {1, 2}) {
      bench.conflator.push(change("UPDATE", R"({"id": 1, "body": "x"})", part(1, n)));
    }
    CHECK(bench.take().size() == 2);
  }

  TEST_CASE("an update that does not say which row it is of is folded into none") {
    {
      Bench bench(false, {"n"});  // no primary key, and the old row has nothing else
      bench.conflator.push(change("UPDATE", full(2, 5), R"({"id": 2})"));
      bench.conflator.push(change("UPDATE", R"({"id": 2, "n": 6})", R"({"id": 2})"));
      bench.conflator.push(change("UPDATE", R"({"id": 1, "n": 5})", R"({"id": 1})"));
      const auto datas = bench.take();
      REQUIRE(datas.size() == 3);
      CHECK(datas[2]["record"] == Json::parse(R"({"id":1,"n":5})"));
      CHECK(datas[2]["old_record"]["id"] == 1);
    }
    {
      Bench bench(false, {"n"});
      bench.conflator.push(change("INSERT", full(2, 5), ""));
      bench.conflator.push(change("UPDATE", full(1, 5), R"({"id": 1})"));  // 2 has left n = 5 unseen
      CHECK(bench.take().size() == 2);
    }
  }

  TEST_CASE("null tells no rows apart") {
    for (const bool composite : {false, true}) {
      Bench bench(false, composite ? Vector<std::string>{"body", "n"} : Vector<std::string>{"n"});
      bench.conflator.push(change("INSERT", R"({"id": 1, "n": null, "body": "b"})", ""));
      bench.conflator.push(change("INSERT", R"({"id": 2, "n": null, "body": "b"})", ""));
      CHECK(bench.take().size() == 2);
    }
  }

  TEST_CASE("a row that has moved and gone takes no room") {
    Bench bench;
    for (int i = 0; i < 10; ++i) {
      bench.conflator.push(change("INSERT", full(1, 1), ""));
      bench.conflator.push(change("UPDATE", full(2, 2), full(1, 1)));
      bench.conflator.push(change("DELETE", "", full(2, 2)));
      CHECK(bench.conflator.size() == 0);
      CHECK(bench.conflator.bytes() == 0);
    }
  }

  TEST_CASE("what a row that moves on and on holds is counted") {
    constexpr int kMoves = 20'000;
    Bench bench;
    for (int i = 0; i < kMoves; ++i) bench.conflator.push(change("UPDATE", full(i + 1, 1), full(i, 1)));
    const auto bytes = bench.conflator.bytes();
    CHECK(bytes > bench.conflator.take().size());
  }

  TEST_CASE("one who fetches at any time, and has then what comes, has what is there with keepDeletes") {
    Bench bench(true);
    bench.conflator.push(change("UPDATE", full(2, 1), full(1, 0)));
    std::map<int, int> fetched{{2, 1}};
    bench.conflator.push(change("DELETE", "", full(2, 1)));
    for (const auto& data : bench.take()) {
      if (data["type"] != "INSERT") fetched.erase(data["old_record"]["id"].get<int>());
      if (data["type"] != "DELETE") fetched[data["record"]["id"].get<int>()] = data["record"]["n"].get<int>();
    }
    CHECK(fetched.empty());
  }

  TEST_CASE("rows that come and go take no room") {
    Bench bench;
    std::size_t most = 0;
    for (int i = 0; i < 10'000; ++i) {
      bench.conflator.push(change("INSERT", full(i, 1), ""));
      bench.conflator.push(change("DELETE", "", full(i, 1)));
      most = std::max(most, bench.conflator.held());
    }
    CHECK(bench.conflator.bytes() == 0);
    CHECK(bench.conflator.size() == 0);
    CHECK(most <= 130);
  }

  TEST_CASE("a row that was large and is small takes little room") {
    Bench bench;
    for (int i = 0; i < 10; ++i) {
      bench.conflator.push(change("INSERT", R"({"id": 1, "n": 1, "body": ")" + std::string(100'000, 'b') + "\"}", ""));
      bench.conflator.push(change("UPDATE", part(1, 2), full(1, 1)));
      bench.conflator.push(change("UPDATE", full(1, 2), full(1, 1)));
      CHECK(bench.conflator.bytes() < 2'000);
    }
  }

  TEST_CASE("a change whose data is no object is left as it is") {
    for (const std::string data : {"null", "[{}]", "7", "{}"}) {
      Bench bench;
      bench.conflator.push(data);
      CHECK(bench.take() == Json::array({Json::parse(data)}));
    }
  }

  TEST_CASE("what a row costs besides its text counts") {
    Bench bench;
    for (int i = 0; i < 100; ++i) bench.conflator.push(change("INSERT", full(i, 1), ""));
    const auto bytes = bench.conflator.bytes();
    const auto text = bench.conflator.take();
    CHECK(bytes > text.size() + 100 * 64);
  }
}

}  // namespace
}  // namespace switchboard
