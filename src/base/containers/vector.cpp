#include "base/containers/vector.h"

#include <cstring>

namespace switchboard {

void VectorStorage::swap(VectorStorage& other) {
  std::swap(items_, other.items_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
}

void VectorStorage::grow(std::size_t atLeast, std::size_t itemSize, Move move) {
  const std::size_t capacity = std::max(atLeast, std::size_t{capacity_} * 2);
  void* const items = ::operator new(capacity* itemSize);
  if (move != nullptr) {
    move(items, items_, size_);
  } else if (size_ > 0) {
    std::memcpy(items, items_, size_ * itemSize);
  }
  ::operator delete(items_);
  items_ = items;
  capacity_ = static_cast<std::uint32_t>(capacity);
}

void* VectorStorage::openGap(std::size_t at, std::size_t count, std::size_t itemSize) {
  if (size_ + count > capacity_) grow(size_ + count, itemSize, nullptr);
  char* const gap = static_cast<char*>(items_) + at * itemSize;
  std::memmove(gap + count * itemSize, gap, (size_ - at) * itemSize);
  size_ += static_cast<std::uint32_t>(count);
  return gap;
}

void VectorStorage::closeGap(std::size_t at, std::size_t count, std::size_t itemSize) {
  if (count == 0) return;
  char* const gap = static_cast<char*>(items_) + at * itemSize;
  size_ -= static_cast<std::uint32_t>(count);
  std::memmove(gap, gap + count * itemSize, (size_ - at) * itemSize);
}

void VectorStorage::appendBytes(const void* items, std::size_t count, std::size_t itemSize) {
  if (count == 0) return;
  if (size_ + count > capacity_) grow(size_ + count, itemSize, nullptr);
  std::memcpy(static_cast<char*>(items_) + size_ * itemSize, items, count * itemSize);
  size_ += static_cast<std::uint32_t>(count);
}

}  // namespace switchboard
