#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace switchboard {

/// Whether an item can be moved by copying its bytes, without a destructor call at its old place.
template <class T>
inline constexpr bool kMovesAsBytes = std::is_trivially_copyable_v<T>;
template <class T>
inline constexpr bool kMovesAsBytes<std::unique_ptr<T>> = true;

/// The type-erased base of all Vectors: storage for items of which it knows only the size. Its functions exist once in
/// the module, whereas those of std::vector exist once per item type.
class VectorStorage {
 public:
  VectorStorage(const VectorStorage&) = delete;
  VectorStorage& operator=(const VectorStorage&) = delete;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 protected:
  /// Moves `count` items from `from` to the uninitialized `to` and destroys those at `from`.
  using Move = void (*)(void* to, void* from, std::size_t count);

  VectorStorage() = default;
  ~VectorStorage() { ::operator delete(items_); }

  void swap(VectorStorage& other);
  /// Reallocates for at least this many items and at least twice the capacity. `move`: null for items that move as
  /// bytes.
  void grow(std::size_t atLeast, std::size_t itemSize, Move move);
  /// Only for items that move as bytes. `openGap` makes an uninitialized gap of `count` items at index `at` and returns
  /// its address. `closeGap` removes such a gap; the items in it are already destroyed.
  void* openGap(std::size_t at, std::size_t count, std::size_t itemSize);
  void closeGap(std::size_t at, std::size_t count, std::size_t itemSize);
  /// Only for items that are trivially copyable.
  void appendBytes(const void* items, std::size_t count, std::size_t itemSize);

  void* items_ = nullptr;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;
};

/// A dynamic array with the subset of std::vector's interface that the core needs, under std::vector's names.
///
/// Why not std::vector: each instance of std::vector<T> brings its own code to grow, insert and erase. Here that code
/// is in `VectorStorage`, once, which saves 6,292 bytes of brotli. It grows by doubling and never shrinks; `clear`
/// keeps the memory.
///
/// Not supported:
/// - Arguments that alias the vector's own items or its storage (`v.push_back(v.front())`): `emplace_back`,
/// `push_back`,
///   `append`, `assign` and `remove` assert against it. (std::vector allows it.) `insert` takes its item by value.
///   A view into an item, such as a string_view of `v[0]`, can't be detected.
/// - `insert` of items that don't move as bytes, more than 2^32−1 items, allocators, and exceptions.
template <class T>
class Vector : public VectorStorage {
 public:
  using value_type = T;
  using iterator = T*;
  using const_iterator = const T*;

  Vector() = default;
  /// `count` default-constructed items.
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
    assert((!owns(std::addressof(arguments)) && ...));
    reserve(size_ + std::size_t{1});
    T* item = ::new (static_cast<void*>(end())) T(std::forward<Arguments>(arguments)...);
    ++size_;
    return *item;
  }
  void push_back(const T& item) { emplace_back(item); }
  void push_back(T&& item) { emplace_back(std::move(item)); }
  void append(const T* first, const T* last) {
    assert(!owns(first));
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
  /// Inserts before `at` and returns the item's place.
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
  /// Returns the place of the item after the erased ones.
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
  /// Erases all items equal to `item`. (`std::erase`)
  void remove(const T& item) {
    assert(!owns(std::addressof(item)));
    erase(std::remove(begin(), end(), item), end());
  }
  /// Erases all items for which `predicate` is true. (`std::erase_if`)
  template <class Predicate>
  void removeIf(Predicate predicate) {
    erase(std::remove_if(begin(), end(), predicate), end());
  }
  /// Keeps the capacity.
  void clear() {
    if constexpr (!std::is_trivially_destructible_v<T>) destroyItems();
    size_ = 0;
  }

  friend bool operator==(const Vector& a, const Vector& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  /// Whether the address is in this vector's storage.
  bool owns(const void* address) const {
    const std::less<const void*> before;
    return !before(address, items_) && before(address, data() + capacity_);
  }
  /// Not inlined, so that its code is not repeated wherever a vector ends.
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
