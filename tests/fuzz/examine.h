#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

/// The readers of bytes that come from the network or the application, each beside an oracle: nlohmann, or a property
/// that must hold whatever the bytes are. The same checks run under libFuzzer and, over the seeds, in the native suite.
namespace switchboard::fuzz {

/// What is wrong, in words; nothing when all is well.
using Complaint = std::optional<std::string>;

struct Target {
  char letter;  ///< the first byte of an input picks the target
  std::string_view name;
  Complaint (*examine)(std::string_view input);  ///< of the bytes after the letter
};

std::span<const Target> targets();

/// Runs the target that the first byte names on the rest; an input for no target is well.
Complaint examine(std::string_view input);

// targets/frames.cpp
Complaint examineFrameV1(std::string_view text);
Complaint examineFrameV2(std::string_view text);
/// A `postgres_changes` payload.
Complaint examineChange(std::string_view payload);
/// A string's inside.
Complaint examineEscapes(std::string_view raw);
/// Two rows, a line feed between them, of which the first comes and the second goes.
Complaint examineRows(std::string_view rows);

// targets/binary.cpp
/// A binary frame, of either side.
Complaint examineBinaryFrame(std::string_view bytes);
/// The payload of a broadcast in a text frame.
Complaint examineBroadcast(std::string_view payload);

// targets/presence.cpp
/// What happens on a topic, a line feed between: `j` a join, `s` and a state, `d` and a diff.
Complaint examinePresence(std::string_view frames);

// targets/values.cpp
Complaint examineValue(std::string_view text);
/// Any bytes, written as a JSON string.
Complaint examineWriting(std::string_view text);

// targets/control.cpp
Complaint examineReply(std::string_view payload);
Complaint examineSystem(std::string_view payload);
Complaint examineWords(std::string_view words);
Complaint examineClaims(std::string_view claims);

// targets/application.cpp
Complaint examineToken(std::string_view token);
Complaint examineFilter(std::string_view text);
Complaint examineJoin(std::string_view fields);
Complaint examineEndpoint(std::string_view fields);
Complaint examineOptions(std::string_view json);

// targets/numbered.cpp
/// A message of a topic whose changes are numbered.
Complaint examineNumbered(std::string_view text);
/// What the database answers when it is asked for missing messages.
Complaint examineAnswer(std::string_view text);
/// A filter and a row, a line feed between them.
Complaint examineRowFilter(std::string_view text);
/// What happens on a topic, a line feed between.
Complaint examineTopic(std::string_view lines);

// targets/session.cpp
/// Frames, a line feed between them, to a client with live subscriptions.
Complaint examineSessionV1(std::string_view frames);
Complaint examineSessionV2(std::string_view frames);

}  // namespace switchboard::fuzz
