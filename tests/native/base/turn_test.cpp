#include "base/turn.h"

#include <doctest/doctest.h>

#include <string>

namespace switchboard {
namespace {

/// Says when it dies.
struct Mortal {
  explicit Mortal(std::string& log) : log_(log) {}
  ~Mortal() { log_ += "died "; }
  std::string& log_;
};

TEST_CASE("nested entries end with the outermost") {
  std::string log;
  Turns turns([&] { log += "end "; });
  {
    Turn outer(turns);
    { Turn inner(turns); }
    log += "outer ";
  }
  CHECK(log == "outer end ");
}

TEST_CASE("an entry that the end of a turn causes ends no turn of its own") {
  int ends = 0;
  Turns* self = nullptr;
  Turns turns([&] {
    ++ends;
    Turn again(*self);
  });
  self = &turns;
  { Turn turn(turns); }
  CHECK(ends == 1);
  { Turn turn(turns); }
  CHECK(ends == 2);
}

TEST_CASE("what is discarded during a turn dies when the outermost ends, after the outside was notified") {
  std::string log;
  Turns turns([&] { log += "end "; });
  {
    Turn outer(turns);
    {
      Turn inner(turns);
      turns.deferredDelete(std::make_unique<Mortal>(log));
    }
    log += "alive ";
  }
  CHECK(log == "alive end died ");
}

TEST_CASE("what is discarded at the end of a turn dies with it") {
  std::string log;
  Turns* self = nullptr;
  Turns turns([&] { self->deferredDelete(std::make_unique<Mortal>(log)); });
  self = &turns;
  { Turn turn(turns); }
  CHECK(log == "died ");
}

TEST_CASE("what is discarded outside of turns dies at once") {
  std::string log;
  Turns turns([] {});
  turns.deferredDelete(std::make_unique<Mortal>(log));
  CHECK(log == "died ");
}

}  // namespace
}  // namespace switchboard
