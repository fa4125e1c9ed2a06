#pragma once

#include <memory>
#include <string>

#include "protocol/change.h"

namespace switchboard {

/// Remembers when the last change of a key was committed. Changes are many and the answer is rarely asked for, so the
/// change itself is kept and only read when it is, or at once where that would be too much to keep.
class LastCommit {
 public:
  void note(const Change& change) {
    if (change.text().keepIn(kept_)) {
      data_ = {nullptr, change.data.start, change.data.behind};
    } else {
      kept_.reset();
      stamp_ = commitTimestamp(change.data.read());
    }
  }
  /// As the server wrote it; empty before the first change.
  std::string stamp() const {
    if (!kept_) return stamp_;
    const std::string text = kept_->text();
    const std::string_view data(text.data() + data_.start, text.size() - data_.start - data_.behind);
    return std::string(commitTimestamp(data));
  }

 private:
  std::unique_ptr<KeptText> kept_;
  Passage data_;  ///< where it is in the text that is kept
  std::string stamp_;
};

}  // namespace switchboard
