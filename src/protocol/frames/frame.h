#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/inbound_text.h"

namespace switchboard {

/// Serializer version, the `vsn` of the url.
enum class Version : unsigned char { V1, V2 };

/// "1.0.0" and "2.0.0"; nothing else exists (protocol.md §1.1).
std::optional<Version> versionFromText(std::string_view text);
std::string_view toString(Version version);

/// One message to the server. Empty refs are sent as null; version 1 leaves an empty join_ref out, as the reference
/// client does.
struct OutgoingFrame {
  std::string_view joinRef;
  std::string_view ref;
  std::string_view topic;
  std::string_view event;
  std::string_view payload;  ///< JSON text, inserted verbatim
};

/// Version 2: `[join_ref, ref, topic, event, payload]`; version 1: an object (protocol.md §2.1, §2.2).
std::string encodeFrame(Version version, const OutgoingFrame& frame);

/// One message from the server, as views into the frame's text. The `data()` of a null or missing ref is null.
struct Envelope {
  std::string_view joinRef;  ///< version 1 never has one
  std::string_view ref;
  std::string_view topic;
  std::string_view event;
  std::string_view payload;  ///< JSON text, not parsed; must not be read if `isChange`
  std::string_view data{};   ///< likewise; only of a database change that was read from its ends (`scanChangeFrame`)
  std::string_view ids{};    ///< of such a change
  const InboundText* text = nullptr;  ///< set by `scanEnvelope`: the text of the frame

  bool hasJoinRef() const { return joinRef.data() != nullptr; }
  bool hasRef() const { return ref.data() != nullptr; }
  /// Whether it was read from its ends as a database change. It then has no refs.
  bool isChange() const { return data.data() != nullptr; }
};

/// Finds the envelope's parts without parsing the payload, in any key order and with any white space. `scratch` holds
/// the strings that have escapes; the views are valid as long as it and `text`. Nothing when `text` is not a frame. The
/// payload, and further members of version 1, are only scanned for their end. Control characters and invalid UTF-8 are
/// accepted.
std::optional<Envelope> scanWholeFrame(Version version, std::string_view text, std::string& scratch);

/// The same, from the text's ends if possible (`scanChangeFrame`), otherwise from the whole text.
std::optional<Envelope> scanEnvelope(Version version, const InboundText& text, std::string& scratch);

}  // namespace switchboard
