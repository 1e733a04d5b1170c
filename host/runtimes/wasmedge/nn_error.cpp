#include "nn_error.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace edge_infer {
namespace {

LogLevel chosenLevel() noexcept {
  const char *Name = std::getenv("EDGE_INFER_NN_LOG");
  if (Name != nullptr && std::strcmp(Name, "off") == 0)
    return LogLevel::Off;
  if (Name != nullptr && std::strcmp(Name, "info") == 0)
    return LogLevel::Info;
  return LogLevel::Error;
}

} // namespace

void log(LogLevel Level, const std::string &Line) noexcept {
  static const LogLevel Chosen = chosenLevel();
  if (Level > Chosen)
    return;
  // One call a line: threads do not mix their text.
  std::fprintf(stderr, "wasi_nn (edge-infer): %s\n", Line.c_str());
}

} // namespace edge_infer
