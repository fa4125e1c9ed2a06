#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <utility>

#include "base/vector.h"

namespace switchboard {

/// What is the same for all IdMaps and IdSets: numbers in their order, each with a pointer.
class IdIndex {
 public:
  struct Slot {
    std::uint32_t id;
    void* item;
  };

  /// The slot of the id, or null.
  const Slot* find(std::uint32_t id) const;
  /// False when the id is there already; its item stays.
  bool insert(std::uint32_t id, void* item);
  /// The item of the id that was taken out, or null.
  void* remove(std::uint32_t id);
  void clear() { slots_.clear(); }

  const Slot* begin() const { return slots_.data(); }
  const Slot* end() const { return slots_.data() + slots_.size(); }
  std::size_t size() const { return slots_.size(); }

 private:
  std::size_t lowerBound(std::uint32_t id) const;

  Vector<Slot> slots_;
};

/// Items by id, in the order of ids. Items stay where they are for as long as they are in the map. New ids are mostly
/// the largest, which is quick; others move the slots behind them.
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
  /// It is there.
  T& at(Key key) const {
    T* item = find(key);
    assert(item != nullptr);
    return *item;
  }
  /// Makes it if there is none.
  T& operator[](Key key) {
    T* item = find(key);
    return item == nullptr ? add(key, std::make_unique<T>()) : *item;
  }
  /// There is none yet.
  T& add(Key key, std::unique_ptr<T> item) {
    T* added = item.release();
    index_.insert(key.value, added);
    return *added;
  }
  /// Takes it out; null when there is none.
  std::unique_ptr<T> take(Key key) { return std::unique_ptr<T>(static_cast<T*>(index_.remove(key.value))); }
  /// Whether it was there.
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

/// Like IdMap for items that belong to somebody else and outlive their place in it.
template <class Key, class T>
class IdPtrMap {
 public:
  /// Null when there is none.
  T* find(Key key) const {
    const auto* slot = index_.find(key.value);
    return slot == nullptr ? nullptr : static_cast<T*>(slot->item);
  }
  /// False when the id is there already; its item stays.
  bool insert(Key key, T& item) {
    return index_.insert(key.value, const_cast<void*>(static_cast<const void*>(&item)));  // NOLINT(*-const-cast)
  }
  void erase(Key key) { index_.remove(key.value); }
  std::size_t size() const { return index_.size(); }

 private:
  IdIndex index_;
};

/// Ids, in their order.
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
