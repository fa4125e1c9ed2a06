#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "numbered/topic_numbers.h"
#include "support/workbench.h"

namespace switchboard::testing {

inline std::string messageText(std::string_view epoch, std::uint64_t number, bool isBulk = false,
                               std::string_view committed = "2026-11-27T18:00:00Z") {
  std::string text = R"({"v":1,"epoch":")" + std::string(epoch) + R"(","number":)" + std::to_string(number) +
                     R"(,"committed":")" + std::string(committed) +
                     R"(","tables":[{"schema":"public","table":"t","columns":[]}],)";
  text += isBulk ? R"("changes":[],"fetch":[{"t":0,"rows":5000}]})"
                 : R"("changes":[{"t":0,"type":"INSERT","record":{"n":)" + std::to_string(number) + "}}]}";
  return text;
}

/// An answer with the messages from `from` to `to`; none when `to` is lower.
inline std::string okAnswer(std::string_view epoch, std::uint64_t last, std::uint64_t from = 1, std::uint64_t to = 0,
                            std::string_view topic = "switchboard:t:1") {
  std::string text = R"({"v":1,"state":"ok","topic":")" + std::string(topic) + R"(","epoch":")" + std::string(epoch) +
                     R"(","first":1,"last":)" + std::to_string(last) + R"(,"messages":[)";
  for (auto number = from; number <= to; ++number) {
    if (number > from) text += ',';
    text += messageText(epoch, number);
  }
  return text + R"(],"more":)" + (to >= from && to < last ? "true" : "false") + "}";
}

inline std::string tooOld(std::string_view epoch, std::uint64_t first, std::uint64_t last) {
  return R"({"v":1,"state":"too_old","epoch":")" + std::string(epoch) + R"(","first":)" + std::to_string(first) +
         R"(,"last":)" + std::to_string(last) + "}";
}

inline std::string positionText(std::string_view epoch, std::uint64_t last) {
  return R"({"v":1,"epoch":")" + std::string(epoch) + R"(","last":)" + std::to_string(last) + "}";
}

/// One topic on virtual time; what it reports is written down, as in "pass 42" or "want 3 after 41".
struct NumbersBench : Workbench, TopicNumbersDelegate {
  explicit NumbersBench(std::optional<NumberedPosition> resume = std::nullopt)
      : numbers("switchboard:t:1", resume, options, context, *this) {}

  void onNumbered(TopicNumbers& /*topic*/, const NumberedMessage& message) override {
    note("pass " + std::to_string(message.number));
    if (stopAt == message.number) numbers.stop();
  }
  void onConfirmed(TopicNumbers& /*topic*/) override {}
  void onTables(TopicNumbers& /*topic*/, std::string_view tables) override { note("tables " + std::string(tables)); }
  void onNumbersGap(TopicNumbers& /*topic*/, const NumbersGap& gap) override {
    std::string text = "gap " + std::string(toString(gap.reason)) + " " + std::string(gap.epoch) + " " +
                       std::to_string(gap.fromNumber) + " to ";
    if (gap.toEpoch != gap.epoch && gap.toNumber) text += std::string(gap.toEpoch) + " ";
    text += gap.toNumber ? std::to_string(*gap.toNumber) : "?";
    if (gap.bulk != nullptr) text += " rows " + std::to_string(gap.bulk->bulk[0].rows);
    note(text);
    if (stopAtGap) numbers.stop();
  }
  void onChangesWanted(TopicNumbers& /*topic*/, const ChangesRequest& request) override {
    note("want " + std::to_string(request.id) + " after " + (request.after ? std::to_string(*request.after) : "-"));
    lastRequest = request.id;
    lastEpoch = request.epoch;
    lastAtMost = request.atMost;
  }
  void onChangesUnwanted(TopicNumbers& /*topic*/, std::uint32_t request) override {
    note("drop " + std::to_string(request));
  }
  void onNumbersState(TopicNumbers& topic) override { note("is " + std::string(toString(topic.state()))); }
  void onFellBack(TopicNumbers& /*topic*/, FallBackReason reason, std::string_view message) override {
    note("fell back " + std::string(toString(reason)) + (message.empty() ? "" : ": " + std::string(message)));
  }

  void note(const std::string& what) { events += (events.empty() ? "" : ", ") + what; }
  std::string take() { return std::exchange(events, {}); }
  void hear(std::uint64_t number, std::string_view epoch = "e") { numbers.onMessage(messageText(epoch, number)); }
  /// The answer to the last request.
  void answer(std::string_view text) { numbers.onAnswer(lastRequest, text); }
  void fail() { numbers.onRequestFailed(lastRequest); }
  /// Until the request that is due soon has gone out.
  void soon() { advance(options.tailSpread); }
  /// Long enough for whatever is waited for.
  void later() { advance(options.retryCap); }
  /// The request fails, by this answer or without one, and the next goes out.
  void retry(std::string_view text = {}) {
    random.script({0});
    text.empty() ? fail() : answer(text);
    advance(ms(0));
  }
  /// Live at 41.
  void goLive() {
    numbers.onJoined();
    advance(ms(0));
    answer(okAnswer("e", 41));
    take();
  }

  static constexpr Duration ms(std::int64_t count) { return Duration{count}; }

  NumbersOptions options;
  std::string events;
  std::uint32_t lastRequest = 0;
  std::string lastEpoch;
  unsigned lastAtMost = 0;
  std::uint64_t stopAt = 0;
  bool stopAtGap = false;
  TopicNumbers numbers;
};

}  // namespace switchboard::testing
