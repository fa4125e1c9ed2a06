#include "base/inbound_text.h"

namespace switchboard {

std::string_view TextSpan::read() const {
  const auto whole = text->whole();
  return whole.substr(start, whole.size() - trailing - start);
}

std::string_view InboundText::whole() const {
  if (front_ < view_.size()) {
    const std::size_t size = view_.size();
    view_ = load();
    ascii_ = view_.size() == size;
    front_ = back_ = view_.size();
  }
  return view_;
}

}  // namespace switchboard
