#pragma once

#include <string>
#include <string_view>

#include "protocol/change.h"

namespace switchboard {

/// Remembers when the last change of a key was committed. Changes are many and the answer is rarely asked for, so the
/// change itself is kept and only read when it is; a large one is read at once instead of kept.
class LastCommit {
 public:
  void note(const Change& change) {
    constexpr std::size_t kKeep = 16 * 1024;
    if (change.data.size() <= kKeep) {
      data_.assign(change.data);
    } else {
      data_.clear();
      stamp_ = commitTimestamp(change);
    }
  }
  /// As the server wrote it; empty before the first change.
  std::string stamp() const { return data_.empty() ? stamp_ : std::string(commitTimestamp({data_})); }

 private:
  std::string data_;
  std::string stamp_;
};

}  // namespace switchboard
