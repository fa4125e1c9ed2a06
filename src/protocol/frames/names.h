#pragma once

#include <cstddef>
#include <string_view>

/// Names in the wire protocol (protocol.md §2.4, §11).
namespace switchboard::names {

inline constexpr std::string_view kJoin = "phx_join";
inline constexpr std::string_view kLeave = "phx_leave";
inline constexpr std::string_view kReply = "phx_reply";
inline constexpr std::string_view kClose = "phx_close";
inline constexpr std::string_view kError = "phx_error";
inline constexpr std::string_view kHeartbeat = "heartbeat";
inline constexpr std::string_view kPhoenixTopic = "phoenix";
inline constexpr std::string_view kTopicPrefix = "realtime:";
inline constexpr std::string_view kNumberedTopics = "realtime:switchboard:";
inline constexpr std::string_view kPostgresChanges = "postgres_changes";
inline constexpr std::string_view kBroadcast = "broadcast";
inline constexpr std::string_view kPresence = "presence";
inline constexpr std::string_view kPresenceState = "presence_state";
inline constexpr std::string_view kPresenceDiff = "presence_diff";
inline constexpr std::string_view kSystem = "system";
inline constexpr std::string_view kAccessToken = "access_token";
inline constexpr std::string_view kSubscribedToPostgres = "Subscribed to PostgreSQL";

/// The server closes the socket when a frame is larger (protocol.md §1.3, close code 1009).
inline constexpr std::size_t kMaxFrameBytes = 5'000'000;

}  // namespace switchboard::names
