#include "protocol/changes/numbered_commit.h"

#include <doctest/doctest.h>

#include <string>

namespace switchboard {
namespace {

std::string summary(std::string_view data) {
  const auto commit = readNumberedCommit(numberedCommitOf(data));
  return std::string(commit.stamp) + " " + std::to_string(commit.number) + " " + std::string(commit.epoch);
}

TEST_CASE("a change has a commit time, and a number where it is numbered") {
  CHECK(
      summary(R"({"table":"t","commit_timestamp":"2026-11-27T18:00:00.141Z","number":41,"epoch":"e1","record":{}})") ==
      "2026-11-27T18:00:00.141Z 41 e1");
  CHECK(summary(R"({"commit_timestamp":"2026-11-27T18:00:00.141Z","record":{"number":5,"epoch":"x"}})") ==
        "2026-11-27T18:00:00.141Z 0 ");
  CHECK(summary(R"({"record":{"number":5},"commit_timestamp":"2026-11-27T18:00:00.141Z"})") ==
        "2026-11-27T18:00:00.141Z 0 ");
  CHECK(summary(R"({"commit_timestamp":null,"record":{}})") == " 0 ");
  CHECK(summary("{}") == " 0 ");
}

}  // namespace
}  // namespace switchboard
