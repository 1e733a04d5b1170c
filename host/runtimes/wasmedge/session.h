// A graph in ONNX Runtime: made once, run by any number of contexts.
#pragma once

#include "ort_library.h"
#include "tensors.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace edge_infer {

/// Frees an OrtValue.
struct FreeValue {
  void operator()(OrtValue *Value) const noexcept;
};
using ValuePtr = std::unique_ptr<OrtValue, FreeValue>;

/// Bytes of an output, valid as long as its value.
struct OutputBytes {
  const uint8_t *Data = nullptr;
  uint64_t Length = 0;
};

/// An ONNX graph ready to run. `run` may be called from several threads.
class Session {
public:
  /// From the bytes of a model. Throws RuntimeError with ONNX Runtime's reason.
  static std::shared_ptr<Session> fromBytes(const uint8_t *Data,
                                            uint64_t Length, int Threads);
  /// From a file; weights kept in files beside it are found.
  static std::shared_ptr<Session> fromFile(const std::string &Path,
                                           int Threads);
  ~Session();
  Session(const Session &) = delete;
  Session &operator=(const Session &) = delete;

  const std::vector<TensorSpec> &inputs() const noexcept { return Inputs; }
  const std::vector<TensorSpec> &outputs() const noexcept { return Outputs; }

  /// A tensor over bytes that the caller keeps alive and in place.
  ValuePtr tensorOver(uint8_t *Data, uint64_t Length,
                      const std::vector<uint32_t> &Dims,
                      ONNXTensorElementDataType Type) const;
  /// Runs the graph: one value for each input, in order; gives one for each output.
  std::vector<ValuePtr> run(const std::vector<const OrtValue *> &Values) const;
  /// The bytes of output `Index`. Throws UnsupportedOperation when it is not a tensor of numbers.
  OutputBytes bytesOfOutput(size_t Index, OrtValue *Value) const;

private:
  explicit Session(const OrtLibrary &Library) : Library(Library) {}
  OrtSessionOptions *makeOptions(int Threads) const;
  void describe();
  std::vector<TensorSpec> describeSide(bool Input) const;

  const OrtLibrary &Library;
  OrtSession *Handle = nullptr;
  OrtMemoryInfo *CpuMemory = nullptr;
  std::vector<TensorSpec> Inputs;
  std::vector<TensorSpec> Outputs;
  std::vector<const char *> InputNames;
  std::vector<const char *> OutputNames;
};

} // namespace edge_infer
