#include "base/containers/text_map.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/containers/block.h"

namespace switchboard {

namespace {

/// Like FNV-1a, but by words. The upper half of each product is mixed into the lower bits, which select the slot.
std::size_t hash(std::string_view text) {
  std::uint64_t value = text.size();
  const auto add = [&](std::uint64_t word) {
    value = (value ^ word) * 0x9E3779B97F4A7C15;
    value ^= value >> 32;
  };
  std::uint64_t word = 0;
  for (; text.size() >= sizeof word; text.remove_prefix(sizeof word)) {
    std::memcpy(&word, text.data(), sizeof word);
    add(word);
  }
  word = 0;
  for (const char c : text) word = word << 8 | static_cast<unsigned char>(c);
  add(word);
  return static_cast<std::size_t>(value);
}

}  // namespace

/// The index of the text's slot, or of the free slot where it would go. There always is a free slot.
std::size_t TextIndex::place(std::string_view text) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash(text) & mask;
  while (slots_[at].item != nullptr && !sameText(slots_[at].text, text)) at = (at + 1) & mask;
  return at;
}

void* TextIndex::find(std::string_view text) const {
  return slots_.empty() ? nullptr : slots_[place(text)].item;
}

void TextIndex::insert(std::string_view text, void* item) {
  if (size_ * 4 >= slots_.size() * 3) grow();
  Slot& slot = slots_[place(text)];
  if (slot.item == nullptr) ++size_;
  slot = {text, item};
}

void TextIndex::grow() {
  const auto old = std::exchange(slots_, Vector<Slot>(slots_.empty() ? 8 : slots_.size() * 2));
  for (const auto& slot : old) {
    if (slot.item != nullptr) slots_[place(slot.text)] = slot;
  }
}

/// Re-inserts the entries from the gap to the next free slot, so that lookups still reach them.
void TextIndex::erase(std::string_view text) {
  if (slots_.empty()) return;
  std::size_t at = place(text);
  if (slots_[at].item == nullptr) return;
  --size_;
  slots_[at] = {};
  const std::size_t mask = slots_.size() - 1;
  for (at = (at + 1) & mask; slots_[at].item != nullptr; at = (at + 1) & mask) {
    const Slot moved = std::exchange(slots_[at], Slot{});
    slots_[place(moved.text)] = moved;
  }
}

void TextIndex::clear() {
  constexpr std::size_t kKeep = 1024;  // a larger table would have to be cleared each time, even for a few texts
  if (slots_.size() > kKeep) slots_ = {};
  if (size_ > 0) std::fill(slots_.begin(), slots_.end(), Slot{});
  size_ = 0;
}

}  // namespace switchboard
