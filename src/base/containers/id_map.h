#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <utility>

#include "base/containers/vector.h"

namespace switchboard {

/// Type-erased base of IdMap, IdPtrMap and IdSet: (id, pointer) pairs sorted by id, found by binary search.
class IdIndex {
 public:
  struct Slot {
    std::uint32_t id;
    void* item;
  };

  /// The slot of the id, or null.
  const Slot* find(std::uint32_t id) const;
  /// False when the id exists already; its item is kept.
  bool insert(std::uint32_t id, void* item);
  /// The item of the removed id, or null.
  void* remove(std::uint32_t id);
  void clear() { slots_.clear(); }

  const Slot* begin() const { return slots_.data(); }
  const Slot* end() const { return slots_.data() + slots_.size(); }
  std::size_t size() const { return slots_.size(); }

 private:
  std::size_t lowerBound(std::uint32_t id) const;

  Vector<Slot> slots_;
};

/// Owns items by id, iterated in the order of ids. The address of an item never changes while it is in the map.
///
/// For ids that are counted up: inserting the largest id is O(1), any other id moves the slots after it. Lookup is a
/// binary search. Not supported: changes of the map during iteration.
///
/// In place of std::map it saves 1,551 bytes of brotli (measured with IdMap alone as std::map).
template <class Key, class T>
class IdMap {
 public:
  struct Item {
    Key first;
    T* second;
  };

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Item;
    using difference_type = std::ptrdiff_t;
    using pointer = const Item*;
    using reference = Item;

    explicit Iterator(const IdIndex::Slot* slot) : slot_(slot) {}
    Item operator*() const { return {Key{slot_->id}, static_cast<T*>(slot_->item)}; }
    Iterator& operator++() {
      ++slot_;
      return *this;
    }
    friend bool operator==(Iterator a, Iterator b) { return a.slot_ == b.slot_; }
    friend bool operator!=(Iterator a, Iterator b) { return a.slot_ != b.slot_; }

   private:
    const IdIndex::Slot* slot_;
  };

  IdMap() = default;
  ~IdMap() { clear(); }
  IdMap(const IdMap&) = delete;
  IdMap& operator=(const IdMap&) = delete;

  /// Null when there is none.
  T* find(Key key) const {
    const auto* slot = index_.find(key.value);
    return slot == nullptr ? nullptr : static_cast<T*>(slot->item);
  }
  /// The key must exist.
  T& at(Key key) const {
    T* item = find(key);
    assert(item != nullptr);
    return *item;
  }
  /// Creates the item if there is none.
  T& operator[](Key key) {
    T* item = find(key);
    return item == nullptr ? add(key, std::make_unique<T>()) : *item;
  }
  /// The key must not exist.
  T& add(Key key, std::unique_ptr<T> item) {
    T* added = item.release();
    index_.insert(key.value, added);
    return *added;
  }
  /// Removes and returns the item; null when there is none.
  std::unique_ptr<T> take(Key key) { return std::unique_ptr<T>(static_cast<T*>(index_.remove(key.value))); }
  /// Whether the key existed.
  bool erase(Key key) { return take(key) != nullptr; }
  void clear() {
    for (const auto& slot : index_) delete static_cast<T*>(slot.item);
    index_.clear();
  }

  Iterator begin() const { return Iterator(index_.begin()); }
  Iterator end() const { return Iterator(index_.end()); }
  std::size_t size() const { return index_.size(); }
  bool empty() const { return index_.size() == 0; }

 private:
  IdIndex index_;
};

/// Pointers to items by id. Like IdMap, but the items are owned elsewhere and outlive their entry.
///
/// In place of std::map it saves 729 bytes of brotli, in place of std::unordered_map 1,368.
template <class Key, class T>
class IdPtrMap {
 public:
  /// Null when there is none.
  T* find(Key key) const {
    const auto* slot = index_.find(key.value);
    return slot == nullptr ? nullptr : static_cast<T*>(slot->item);
  }
  /// False when the id exists already; its item is kept.
  bool insert(Key key, T& item) {
    return index_.insert(key.value, const_cast<void*>(static_cast<const void*>(&item)));  // NOLINT(*-const-cast)
  }
  void erase(Key key) { index_.remove(key.value); }
  std::size_t size() const { return index_.size(); }

 private:
  IdIndex index_;
};

/// A set of ids, visited in ascending order.
///
/// In place of std::set it saves 702 bytes of brotli.
template <class Key>
class IdSet {
 public:
  void insert(Key key) { index_.insert(key.value, nullptr); }
  void erase(Key key) { index_.remove(key.value); }
  void clear() { index_.clear(); }
  bool contains(Key key) const { return index_.find(key.value) != nullptr; }
  bool empty() const { return index_.size() == 0; }

  template <class Visit>
  void forEach(Visit visit) const {
    for (const auto& slot : index_) visit(Key{slot.id});
  }

 private:
  IdIndex index_;
};

}  // namespace switchboard
