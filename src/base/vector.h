#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace switchboard {

/// Whether an item can be moved to another place by copying its bytes, and be forgotten where it was.
template <class T>
inline constexpr bool kMovesAsBytes = std::is_trivially_copyable_v<T>;
template <class T>
inline constexpr bool kMovesAsBytes<std::unique_ptr<T>> = true;

/// What is the same for all Lists: room for items, of which it knows no more than their size.
class VectorStorage {
 public:
  VectorStorage(const VectorStorage&) = delete;
  VectorStorage& operator=(const VectorStorage&) = delete;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 protected:
  /// Makes of `count` items at `from` items at `to`, where there are none; those at `from` are no more.
  using Move = void (*)(void* to, void* from, std::size_t count);

  VectorStorage() = default;
  ~VectorStorage() { ::operator delete(items_); }

  void swap(VectorStorage& other);
  /// Room for so many items, or for twice as many as there was. `move`: null for items that move as bytes.
  void grow(std::size_t atLeast, std::size_t itemSize, Move move);
  /// For items that move as bytes: a gap of `count` items before the item number `at`, and the opposite, which forgets
  /// items. Returns where the gap is.
  void* openGap(std::size_t at, std::size_t count, std::size_t itemSize);
  void closeGap(std::size_t at, std::size_t count, std::size_t itemSize);
  /// For items that are trivially copyable.
  void appendBytes(const void* items, std::size_t count, std::size_t itemSize);

  void* items_ = nullptr;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;
};

/// Items in a row. Does what is needed here of std::vector, by its names, at a fraction of the code: what makes room is
/// the same for all lists. What is put into a list is none of its own items.
template <class T>
class Vector : public VectorStorage {
 public:
  using value_type = T;
  using iterator = T*;
  using const_iterator = const T*;

  Vector() = default;
  /// So many items, each made of nothing.
  explicit Vector(std::size_t count) { resize(count); }
  Vector(std::initializer_list<T> items) { append(items.begin(), items.end()); }
  Vector(const Vector& other) : VectorStorage() { append(other); }
  Vector(Vector&& other) noexcept : VectorStorage() { swap(other); }
  Vector& operator=(const Vector& other) {
    if (this != &other) assign(other.begin(), other.end());
    return *this;
  }
  Vector& operator=(Vector&& other) noexcept {
    clear();
    swap(other);
    return *this;
  }
  ~Vector() { clear(); }

  T* data() { return static_cast<T*>(items_); }
  const T* data() const { return static_cast<const T*>(items_); }
  T* begin() { return data(); }
  const T* begin() const { return data(); }
  T* end() { return data() + size_; }
  const T* end() const { return data() + size_; }
  T& operator[](std::size_t at) { return data()[at]; }
  const T& operator[](std::size_t at) const { return data()[at]; }
  T& front() { return *begin(); }
  const T& front() const { return *begin(); }
  T& back() { return end()[-1]; }
  const T& back() const { return end()[-1]; }
  std::size_t capacity() const { return capacity_; }

  void swap(Vector& other) noexcept { VectorStorage::swap(other); }
  void reserve(std::size_t count) {
    if (count > capacity_) grow(count, sizeof(T), kMove);
  }
  template <class... Arguments>
  T& emplace_back(Arguments&&... arguments) {
    reserve(size_ + std::size_t{1});
    T* item = ::new (static_cast<void*>(end())) T(std::forward<Arguments>(arguments)...);
    ++size_;
    return *item;
  }
  void push_back(const T& item) { emplace_back(item); }
  void push_back(T&& item) { emplace_back(std::move(item)); }
  void append(const T* first, const T* last) {
    const auto count = static_cast<std::size_t>(last - first);
    if constexpr (std::is_trivially_copyable_v<T>) {
      appendBytes(first, count, sizeof(T));
    } else {
      reserve(size_ + count);
      for (; first != last; ++first) emplace_back(*first);
    }
  }
  void append(const Vector& items) { append(items.begin(), items.end()); }
  void assign(const T* first, const T* last) {
    clear();
    append(first, last);
  }
  /// Before `at`. Returns where it is now.
  T* insert(const T* at, T item) {
    static_assert(kMovesAsBytes<T>);
    return ::new (openGap(static_cast<std::size_t>(at - begin()), 1, sizeof(T))) T(std::move(item));
  }
  void resize(std::size_t count) {
    while (size_ > count) pop_back();
    reserve(count);
    while (size_ < count) emplace_back();
  }
  void pop_back() {
    back().~T();
    --size_;
  }
  /// Returns where the next one is now.
  T* erase(const T* first, const T* last) {
    const auto at = static_cast<std::size_t>(first - begin());
    const auto count = static_cast<std::size_t>(last - first);
    if constexpr (kMovesAsBytes<T>) {
      std::destroy_n(begin() + at, count);
      closeGap(at, count, sizeof(T));
    } else {
      const T* const kept = std::move(begin() + at + count, end(), begin() + at);
      while (end() != kept) pop_back();
    }
    return begin() + at;
  }
  T* erase(const T* at) { return erase(at, at + 1); }
  /// All that are like it.
  void remove(const T& item) { erase(std::remove(begin(), end(), item), end()); }
  template <class Predicate>
  void removeIf(Predicate predicate) {
    erase(std::remove_if(begin(), end(), predicate), end());
  }
  /// Keeps the room.
  void clear() {
    if constexpr (!std::is_trivially_destructible_v<T>) destroyItems();
    size_ = 0;
  }

  friend bool operator==(const Vector& a, const Vector& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  /// A function of its own, so that its code is there once and not wherever a list ends.
  [[gnu::noinline]] void destroyItems() { std::destroy(begin(), end()); }
  static void move(void* to, void* from, std::size_t count) {
    auto* item = static_cast<T*>(from);
    std::uninitialized_move_n(item, count, static_cast<T*>(to));
    std::destroy_n(item, count);
  }
  static constexpr Move moveOf() {
    if constexpr (kMovesAsBytes<T>) {
      return nullptr;
    } else {
      return &Vector::move;
    }
  }
  static constexpr Move kMove = moveOf();
};

}  // namespace switchboard
