#pragma once

#include <cstddef>
#include <string_view>

#include "base/vector.h"
#include "protocol/join.h"

namespace switchboard {

/// Which of several bindings to suspect when the server refused them together, so that the one at fault is soon alone:
/// those that the server's words name (`schema: s, table: t, filters: […]`), or else the first half. Never all of them,
/// never none, if there are two or more.
Vector<std::size_t> suspects(const Vector<BindingConfig>& bindings, std::string_view serverMessage);

}  // namespace switchboard
