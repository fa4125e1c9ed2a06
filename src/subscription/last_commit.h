#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/change.h"

namespace switchboard {

/// Remembers when the last change of a key was committed. Changes are many and the answer is rarely asked for, so the
/// change itself is kept and only read when it is; a large one is read at once instead of kept.
class LastCommit {
 public:
  void note(const Change& change) {
    constexpr std::size_t kKeep = 16 * 1024;
    data_.clear();
    if (change.data.size() <= kKeep) {
      data_.assign(change.data.begin(), change.data.end());
    } else {
      stamp_ = commitTimestamp(change);
    }
  }
  /// As the server wrote it; empty before the first change.
  std::string stamp() const {
    return data_.empty() ? stamp_ : std::string(commitTimestamp({{data_.data(), data_.size()}}));
  }

 private:
  std::vector<char> data_;
  std::string stamp_;
};

}  // namespace switchboard
