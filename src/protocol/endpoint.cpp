#include "protocol/endpoint.h"

namespace switchboard {

namespace {

/// The rule of encodeURIComponent.
void appendPercentEncoded(std::string& out, std::string_view text) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    }
  }
}

void appendParam(std::string& out, std::string_view key, std::string_view value) {
  if (out.back() != '?' && out.back() != '&') out += '&';
  appendPercentEncoded(out, key);
  out += '=';
  appendPercentEncoded(out, value);
}

}  // namespace

Result<std::string> socketUrl(const Endpoint& endpoint) {
  std::string_view url = endpoint.url;
  const std::size_t schemeLength = url.starts_with("wss://") ? 6 : url.starts_with("ws://") ? 5 : 0;
  const auto host = url.substr(schemeLength, url.substr(schemeLength).find_first_of("/?#"));
  if (schemeLength == 0 || host.empty()) return unusable("url");
  if (endpoint.apikey.empty()) return unusable("apikey");
  const auto hash = url.find('#');
  if (hash != std::string_view::npos) url = url.substr(0, hash);
  std::string_view query;
  if (const auto mark = url.find('?'); mark != std::string_view::npos) {
    query = url.substr(mark + 1);
    url = url.substr(0, mark);
  }
  while (!url.empty() && url.back() == '/') url.remove_suffix(1);

  std::string out(url);
  out += "/websocket?";
  out += query;
  appendParam(out, "apikey", endpoint.apikey);
  for (const auto& [key, value] : endpoint.params) appendParam(out, key, value);
  appendParam(out, "vsn", toString(endpoint.version));
  return out;
}

}  // namespace switchboard
