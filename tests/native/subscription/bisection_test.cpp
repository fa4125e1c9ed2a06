#include "subscription/channels/bisection.h"

#include <doctest/doctest.h>

#include <map>
#include <set>

#include "protocol/classify.h"
#include "protocol/frames/frame.h"
#include "support/fakes.h"
#include "support/transcripts.h"

namespace switchboard {
namespace {

using Indices = Vector<std::size_t>;

BindingConfig on(std::string table, std::string filter = {}, std::string event = "*", std::string schema = "public") {
  return {std::move(event), std::move(schema), std::move(table), std::move(filter), {}};
}

std::string unknownTable(const std::string& table) {
  return "Unable to subscribe to changes with given parameters. Please check Realtime is enabled for the given connect "
         "parameters: [event: *, schema: public, table: " +
         table + ", filters: [], select: nil]";
}

std::string exceptionFor(const std::string& table, const std::string& column) {
  return "Unable to subscribe to changes with given parameters. An exception happened so please check your connect "
         "parameters: [event: *, schema: public, table: " +
         table + ", filters: [{\"" + column + "\", \"eq\", \"x\", false}], select: nil]. Exception: ERROR P0001 (x)";
}

TEST_CASE("the binding that the server's words name is the suspect") {
  const Vector bindings = {on("bookings"), on("nosuch"), on("clients"), on("nosuch_too")};
  CHECK(suspects(bindings, unknownTable("nosuch")) == Indices{1});
  CHECK(suspects(bindings, unknownTable("nosuch_too")) == Indices{3});
}

TEST_CASE("a table alone does not make a suspect: event, schema and filter count") {
  const Vector bindings = {on("t", "a=eq.1"), on("t", "", "INSERT"), on("t", "", "*", "other"), on("t")};
  CHECK(suspects(bindings, unknownTable("t")) == Indices{3});
  CHECK(suspects(bindings, exceptionFor("t", "a")) == Indices{0});
}

TEST_CASE("a filter that can't be read is named by its column, if at all") {
  const Vector bindings = {on("t"), on("t", "business_id"), on("t", "amount=gt.1")};
  CHECK(suspects(bindings, "Error parsing `filter` params: [\"business_id\"]") == Indices{1});
  CHECK(suspects(bindings, "Error parsing `filter` params: [\"foo\", \"X\"]") == Indices{0});
}

TEST_CASE("words that name nobody, or everybody, make the first half suspects") {
  const Vector bindings = {on("a"), on("b"), on("c"), on("d"), on("e")};
  CHECK(suspects(bindings, "{:error, :whatever}") == Indices{0, 1});
  const Vector same = {on("t", "a=eq.1"), on("t", "a=eq.2"), on("t", "a=eq.3"), on("t", "a=eq.4")};
  CHECK(suspects(same, exceptionFor("t", "a")) == Indices{0, 1});
}

TEST_CASE("never all and never none, of whatever words and bindings") {
  testing::FakeRandom random;
  const std::vector<std::string> messages = {unknownTable("t1"), exceptionFor("t2", "a"), "", "x",
                                             "Error parsing `filter` params: [\"a\"]"};
  for (int round = 0; round < 500; ++round) {
    Vector<BindingConfig> bindings;
    for (auto n = 2 + random.below(9); n > 0; --n) {
      bindings.push_back(on("t" + std::to_string(random.below(3)), random.below(2) == 0 ? "" : "a=eq.1"));
    }
    const auto found = suspects(bindings, messages[static_cast<std::size_t>(random.below(messages.size()))]);
    CHECK_FALSE(found.empty());
    CHECK(found.size() < bindings.size());
    CHECK(std::set<std::size_t>(found.begin(), found.end()).size() == found.size());
    CHECK(*std::max_element(found.begin(), found.end()) < bindings.size());
  }
}

/// Splits as the reconciler does until the one at fault is alone; the server always blames without a name.
int roundsUntilAlone(std::size_t count, std::size_t culprit) {
  Vector<std::size_t> group(count);
  for (std::size_t i = 0; i < count; ++i) group[i] = i;
  int rounds = 0;
  while (group.size() > 1) {
    Vector<BindingConfig> bindings;
    for (const auto i : group) bindings.push_back(on("t" + std::to_string(i)));
    const auto found = suspects(bindings, "no name");
    const std::set<std::size_t> half(found.begin(), found.end());
    Vector<std::size_t> next;
    bool inHalf = false;
    for (std::size_t i = 0; i < group.size(); ++i) inHalf = inHalf || (group[i] == culprit && half.count(i) != 0);
    for (std::size_t i = 0; i < group.size(); ++i) {
      if ((half.count(i) != 0) == inHalf) next.push_back(group[i]);
    }
    group = next;
    ++rounds;
  }
  return group.front() == culprit ? rounds : -1;
}

TEST_CASE("without a name the one at fault among a hundred is alone after seven rounds at most") {
  for (std::size_t culprit = 0; culprit < 100; ++culprit) {
    const int rounds = roundsUntilAlone(100, culprit);
    CHECK(rounds > 0);
    CHECK(rounds <= 7);
  }
}

/// In each recorded session with a refused binding, that binding is put among two good ones: the recorded words must
/// never clear it and blame a good one instead.
TEST_CASE("the recorded words never blame a good binding by name") {
  int named = 0;
  for (const Version version : {Version::V1, Version::V2}) {
    std::map<std::string, BindingConfig> asked;  // by topic; joins with one binding
    std::string scratch;
    for (const auto& record : testing::transcript("join_bindings", version)) {
      if (!record.isText) continue;
      const auto envelope = scanWholeFrame(version, record.text, scratch);
      if (!envelope) continue;
      if (record.dir == "in" && envelope->event == "phx_reply") {
        const auto reply = readReply(envelope->payload);
        const auto accepted = acceptedBindings(reply->response);
        if (accepted.size() == 1) asked[std::string(envelope->topic)] = accepted.front().config;
      }
      if (record.dir != "in" || envelope->event != "system") continue;
      const auto message = readSystemMessage(envelope->payload);
      const auto it = asked.find(std::string(envelope->topic));
      if (message->ok || it == asked.end() || it->second.table.empty() || !it->second.select.empty()) continue;
      const Vector bindings = {on("good_one"), it->second, on("good_too", "x_column=eq.1")};
      const auto found = suspects(bindings, message->message);
      CAPTURE(message->message);
      if (found == Indices{1}) {
        ++named;
      } else {
        CHECK(found == Indices{0});  // the first half, for want of a name
      }
    }
  }
  CHECK(named >= 16);
}

}  // namespace
}  // namespace switchboard
