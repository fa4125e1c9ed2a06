#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard {

/// The first byte of a binary frame, version 2 only (protocol.md §2.3).
enum class BinaryKind : unsigned char {
  Push = 0,               ///< both ways, with different fields
  Reply = 1,              ///< from the server: a `phx_reply`
  Broadcast = 2,          ///< from the server
  UserBroadcastPush = 3,  ///< from the client
  UserBroadcast = 4,      ///< from the server
};

/// Of the payload of a user broadcast.
enum class PayloadEncoding : unsigned char { Bytes = 0, JsonText = 1 };

/// Whose frames they are: client and server write a push in different ways.
enum class Sender : unsigned char { Client, Server };

/// The parts of a binary frame as views into its bytes. Fields that the kind does not have are empty.
struct BinaryFrame {
  BinaryKind kind = BinaryKind::UserBroadcastPush;
  PayloadEncoding encoding = PayloadEncoding::Bytes;  ///< user broadcasts may carry JSON, all else is bytes
  std::string_view joinRef{};
  std::string_view ref{};
  std::string_view topic{};
  std::string_view event{};     ///< the status of a reply; the user's event of user broadcasts
  std::string_view metadata{};  ///< of user broadcasts only, a JSON object or empty: see `readBroadcastMeta`
  /// Not parsed. Of a user broadcast from the server it may not even be loaded: see `onTransportBinary`.
  std::string_view payload{};
};

/// Each length is written in one byte.
inline constexpr std::size_t kMaxBinaryFieldBytes = 255;

/// The views die with `bytes`. Nothing when it is none of the frames that `sender` writes: an unknown kind, a frame
/// that ends before its fields do, an unknown encoding, fields that are no UTF-8.
std::optional<BinaryFrame> decodeBinaryFrame(Sender sender, std::string_view bytes);

/// Nothing when a field is longer than kMaxBinaryFieldBytes, or `sender` writes no such kind. The fields that the kind
/// has no place for are left out.
std::optional<std::string> encodeBinaryFrame(Sender sender, const BinaryFrame& frame);

}  // namespace switchboard
