// What can go wrong in a WASI-NN call, and where its text goes.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace edge_infer {

/// nn_errno of the core ABI (wasi_ephemeral_nn).
enum class Errno : int32_t {
  Success = 0,
  InvalidArgument = 1,
  InvalidEncoding = 2,
  MissingMemory = 3,
  Busy = 4,
  RuntimeError = 5,
  UnsupportedOperation = 6,
  TooLarge = 7,
  NotFound = 8,
};

/// A failure of one call: the guest sees the number, standard error the sentence.
class NnError : public std::runtime_error {
public:
  NnError(Errno Code, const std::string &Text)
      : std::runtime_error(Text), Code(Code) {}

  const Errno Code;
};

/// Lines that are written, by EDGE_INFER_NN_LOG=off|error|info (default: error).
enum class LogLevel { Off, Error, Info };

/// Writes one line to standard error when EDGE_INFER_NN_LOG allows the level.
void log(LogLevel Level, const std::string &Line) noexcept;

} // namespace edge_infer
