#include "check/invariant.h"

namespace switchboard::sim {

std::string_view toString(Invariant invariant) {
  switch (invariant) {
    case Invariant::SubscriptionKnown:
      return "SubscriptionKnown";
    case Invariant::LiveWithinBound:
      return "LiveWithinBound";
    case Invariant::StaysLive:
      return "StaysLive";
    case Invariant::PoisonReported:
      return "PoisonReported";
    case Invariant::OneLiveBinding:
      return "OneLiveBinding";
    case Invariant::JoinRate:
      return "JoinRate";
    case Invariant::ConnectRate:
      return "ConnectRate";
    case Invariant::WaitsFollowPolicy:
      return "WaitsFollowPolicy";
    case Invariant::ChannelLimit:
      return "ChannelLimit";
    case Invariant::SilentAfterEnd:
      return "SilentAfterEnd";
    case Invariant::LegalTransitions:
      return "LegalTransitions";
    case Invariant::PublishedIsTrue:
      return "PublishedIsTrue";
    case Invariant::NoticesAgree:
      return "NoticesAgree";
    case Invariant::GapsAgree:
      return "GapsAgree";
    case Invariant::HonestByWire:
      return "HonestByWire";
    case Invariant::HonestByServer:
      return "HonestByServer";
    case Invariant::OnceAndInOrder:
      return "OnceAndInOrder";
    case Invariant::NothingLost:
      return "NothingLost";
    case Invariant::SilentLossesReported:
      return "SilentLossesReported";
    case Invariant::LossesInGaps:
      return "LossesInGaps";
    case Invariant::NumbersExact:
      return "NumbersExact";
    case Invariant::NumberedGapsAllowed:
      return "NumberedGapsAllowed";
    case Invariant::OnlyWhatWasAsked:
      return "OnlyWhatWasAsked";
    case Invariant::TokenInJoin:
      return "TokenInJoin";
    case Invariant::NoSecrets:
      return "NoSecrets";
    case Invariant::SentOnce:
      return "SentOnce";
    case Invariant::OutcomesAgree:
      return "OutcomesAgree";
    case Invariant::PresenceTrue:
      return "PresenceTrue";
    case Invariant::RoomBudgets:
      return "RoomBudgets";
    case Invariant::Bounded:
      return "Bounded";
    case Invariant::MemoryReturned:
      return "MemoryReturned";
  }
  return "?";
}

}  // namespace switchboard::sim
