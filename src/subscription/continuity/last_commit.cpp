#include "subscription/continuity/last_commit.h"

#include "protocol/beat.h"

namespace switchboard {

void LastCommit::note(const Change& change, TimePoint arrived) {
  arrived_ = arrived;
  if (change.text().retain(kept_)) {
    data_ = {nullptr, change.data.start, change.data.trailing};
  } else {
    kept_.reset();
    stamp_ = commitTimestamp(change.data.read());
  }
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
  const auto at = readTimestamp(stamp_);
  if (!at) return std::nullopt;
  return Commit{stamp_, *at, arrived_};
}

}  // namespace switchboard
