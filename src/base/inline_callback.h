#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace switchboard {

template <class Signature>
class InlineCallback;

/// What is to be done later, or for each of many: a lambda that captures a few references. Like std::function for what
/// is trivially copyable and small, at a fraction of its code.
template <class... Args>
class InlineCallback<void(Args...)> {
 public:
  /// Does nothing and is false.
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
