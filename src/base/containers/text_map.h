#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/containers/vector.h"

namespace switchboard {

/// Type-erased base of all TextMaps: a hash table with open addressing and linear probing.
class TextIndex {
 public:
  struct Slot {
    std::string_view text;
    void* item = nullptr;  ///< null: the slot is free
  };

  /// Null when there is none.
  void* find(std::string_view text) const;
  /// Replaces an existing item.
  void insert(std::string_view text, void* item);
  void erase(std::string_view text);
  /// Keeps the memory, unless it is large.
  void clear();
  std::size_t size() const { return size_; }
  const Vector<Slot>& slots() const { return slots_; }

 private:
  std::size_t place(std::string_view text) const;
  void grow();

  Vector<Slot> slots_;  // the size is a power of two
  std::size_t size_ = 0;
};

/// Pointers to items by text, unordered. Owns neither texts nor items: both must outlive their entry.
///
/// Grows by doubling at 3/4 full; `erase` moves the entries after it back, so there are no tombstones.
///
/// In place of std::unordered_map<std::string_view, T*> it saves 1,838 bytes of brotli.
template <class T>
class TextMap {
 public:
  T* find(std::string_view text) const { return static_cast<T*>(index_.find(text)); }
  void insert(std::string_view text, T& item) { index_.insert(text, &item); }
  void erase(std::string_view text) { index_.erase(text); }
  void clear() { index_.clear(); }
  std::size_t size() const { return index_.size(); }
  /// Whether some text maps to `item`. Linear search that only compares addresses, so `item` may be destroyed already.
  bool holds(const T* item) const {
    for (const auto& slot : index_.slots()) {
      if (slot.item == item) return item != nullptr;
    }
    return false;
  }

  Vector<T*> items() const {
    Vector<T*> items;
    for (const auto& slot : index_.slots()) {
      if (slot.item != nullptr) items.push_back(static_cast<T*>(slot.item));
    }
    return items;
  }

 private:
  TextIndex index_;
};

}  // namespace switchboard
