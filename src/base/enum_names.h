#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace switchboard {

/// Not constexpr and not defined: a call makes the initializer of a table fail to compile.
void theRowsOfATableMustBeInTheOrderOfTheEnum();

// Names are pointers to literals, half of what views would take in the module's data.

template <class Enum>
struct EnumName {
  Enum value;
  const char* name;
};

/// The index of the name, or `count`. One function for all enums.
inline std::size_t indexOfName(const char* const* names, std::size_t count, std::string_view name) {
  std::size_t at = 0;
  while (at < count && names[at] != name) ++at;
  return at;
}

/// The names of an enum's values 0 … kCount−1, one row per value in the order of the enum.
template <class Enum, std::size_t kCount>
class EnumNames {
 public:
  consteval explicit EnumNames(const EnumName<Enum> (&rows)[kCount]) {
    for (std::size_t at = 0; at < kCount; ++at) {
      if (static_cast<std::size_t>(rows[at].value) != at) theRowsOfATableMustBeInTheOrderOfTheEnum();
      names_[at] = rows[at].name;
    }
  }

  constexpr std::string_view operator[](Enum value) const { return names_[static_cast<std::size_t>(value)]; }
  /// Nothing when no value has this name.
  std::optional<Enum> find(std::string_view name) const {
    const std::size_t at = indexOfName(names_, kCount, name);
    return at < kCount ? std::optional(static_cast<Enum>(at)) : std::nullopt;
  }

 private:
  const char* names_[kCount];
};

template <class State>
struct StateRow {
  State state;
  const char* name;
  std::initializer_list<State> next;  ///< the states that may follow
};

/// A state machine of up to 8 states: their names and the legal transitions, one row per state in the order of the
/// enum.
template <class State, std::size_t kCount>
class StateTable {
 public:
  consteval explicit StateTable(const StateRow<State> (&rows)[kCount]) {
    static_assert(kCount <= 8);
    for (std::size_t at = 0; at < kCount; ++at) {
      if (static_cast<std::size_t>(rows[at].state) != at) theRowsOfATableMustBeInTheOrderOfTheEnum();
      names_[at] = rows[at].name;
      for (const State to : rows[at].next) next_[at] |= maskOf(to);
    }
  }

  constexpr std::string_view nameOf(State state) const { return names_[static_cast<std::size_t>(state)]; }
  constexpr bool allows(State from, State to) const {
    return (next_[static_cast<std::size_t>(from)] & maskOf(to)) != 0;
  }

 private:
  static constexpr std::uint8_t maskOf(State state) {
    return static_cast<std::uint8_t>(1u << static_cast<unsigned>(state));
  }

  const char* names_[kCount];
  std::uint8_t next_[kCount] = {};  ///< bit n: state n may follow
};

}  // namespace switchboard
