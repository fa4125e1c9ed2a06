#include "subscription/continuity/last_commit.h"

#include <utility>

#include "protocol/beat.h"

namespace switchboard {

namespace {

/// By how much changes may come before the announcement of the subscription that brings them.
constexpr Duration kAnnouncement{1'000};

}  // namespace

void LastCommit::note(const Change& change, TimePoint arrived, const Moment& sentAfter) {
  const bool isFirst = !sentAfter_ || sentAfter.at != sentAfter_->at;
  if (isFirst) settled_ = readSettled(sentAfter.at);
  arrived_ = arrived;
  sentAfter_ = sentAfter;
  if (change.text().retain(kept_)) {
    data_ = {nullptr, change.data.start, change.data.trailing};
  } else {
    kept_.reset();
    stamp_ = commitTimestamp(change.data.read());
  }
  if (isFirst) first_ = commitAt(std::string(commitTimestamp(change.data.read())));
}

std::optional<Commit> LastCommit::read() {
  if (kept_) {
    const std::string text = kept_->text();
    stamp_.clear();
    if (data_.start + data_.trailing < text.size()) {
      const std::string_view data(text.data() + data_.start, text.size() - data_.start - data_.trailing);
      stamp_ = commitTimestamp(data);
    }
    kept_.reset();
  }
  return commitAt(stamp_);
}

std::optional<Commit> LastCommit::commitAt(std::string stamp) const {
  const auto at = readTimestamp(stamp);
  if (!at) return std::nullopt;
  return Commit{std::move(stamp), *at, arrived_, *sentAfter_};
}

/// What arrives before a request goes out left the server before whatever leaves it after the answer.
std::optional<Commit> LastCommit::readSettled(TimePoint confirmed) {
  const TimePoint latest = confirmed - kAnnouncement;
  auto last = read();
  if (last && last->arrived <= latest) return last;
  return first_ && first_->arrived <= latest ? first_ : settled_;
}

}  // namespace switchboard
