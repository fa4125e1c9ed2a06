#include "base/containers/id_map.h"

namespace switchboard {

std::size_t IdIndex::lowerBound(std::uint32_t id) const {
  if (slots_.empty() || slots_.back().id < id) return slots_.size();
  std::size_t low = 0;
  std::size_t count = slots_.size();
  while (count > 0) {
    const std::size_t half = count / 2;
    const bool above = slots_[low + half].id < id;
    low = above ? low + half + 1 : low;
    count = above ? count - half - 1 : half;
  }
  return low;
}

const IdIndex::Slot* IdIndex::find(std::uint32_t id) const {
  const std::size_t at = lowerBound(id);
  return at < slots_.size() && slots_[at].id == id ? &slots_[at] : nullptr;
}

bool IdIndex::insert(std::uint32_t id, void* item) {
  const std::size_t at = lowerBound(id);
  if (at < slots_.size() && slots_[at].id == id) return false;
  slots_.insert(slots_.begin() + static_cast<std::ptrdiff_t>(at), Slot{id, item});
  return true;
}

void* IdIndex::remove(std::uint32_t id) {
  const std::size_t at = lowerBound(id);
  if (at == slots_.size() || slots_[at].id != id) return nullptr;
  void* item = slots_[at].item;
  slots_.erase(slots_.begin() + static_cast<std::ptrdiff_t>(at));
  return item;
}

}  // namespace switchboard
