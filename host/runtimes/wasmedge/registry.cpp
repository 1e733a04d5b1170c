#include "registry.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

namespace edge_infer {
namespace {

/// What ONNX Runtime's own allocator gives: its kernels may use aligned loads of this width.
constexpr size_t Alignment = 64;

bool fileLooksLikeOnnx(const std::string &Path) {
  uint8_t First = 0;
  std::FILE *File = std::fopen(Path.c_str(), "rb");
  if (File == nullptr)
    return false;
  const size_t Got = std::fread(&First, 1, 1, File);
  std::fclose(File);
  return looksLikeOnnx(&First, Got);
}

} // namespace

void InputBuffer::Free::operator()(uint8_t *Data) const noexcept {
  std::free(Data);
}

void InputBuffer::assign(const uint8_t *Data, uint64_t Length) {
  if (!fits(Length)) {
    const size_t Room =
        (std::max<uint64_t>(Length, 1) + Alignment - 1) / Alignment * Alignment;
    auto *Fresh = static_cast<uint8_t *>(std::aligned_alloc(Alignment, Room));
    if (Fresh == nullptr)
      throw std::bad_alloc();
    Bytes.reset(Fresh);
    Size = Length;
  }
  if (Length > 0)
    std::memcpy(Bytes.get(), Data, Length);
}

Context::Context(std::shared_ptr<Session> TheGraph)
    : Graph(std::move(TheGraph)), Inputs(Graph->inputs().size()) {}

const TensorSpec &Context::inputSpec(uint32_t Index) const {
  if (Index >= Inputs.size())
    throw NnError(Errno::InvalidArgument,
                  "the graph has " + std::to_string(Inputs.size()) +
                      " inputs, not one at " + std::to_string(Index));
  return Graph->inputs()[Index];
}

void Context::setInput(uint32_t Index, ONNXTensorElementDataType Type,
                       const std::vector<uint32_t> &Dims, const uint8_t *Data,
                       uint64_t Length) {
  Input &Slot = Inputs[Index];
  const bool Reusable =
      Slot.Value != nullptr && Slot.Buffer.fits(Length) && Slot.Dims == Dims;
  // Before the buffer may move: a value over freed bytes must never be left.
  if (!Reusable)
    Slot.Value.reset();
  Slot.Buffer.assign(Data, Length);
  if (Reusable)
    return;
  Slot.Dims = Dims;
  Slot.Value = Graph->tensorOver(Slot.Buffer.data(), Length, Dims, Type);
}

void Context::compute() {
  Outputs.clear();
  std::vector<const OrtValue *> Values;
  for (size_t I = 0; I < Inputs.size(); ++I) {
    if (Inputs[I].Value == nullptr)
      throw NnError(Errno::InvalidArgument,
                    "input " + std::to_string(I) + " ('" +
                        Graph->inputs()[I].Name + "') is not set");
    Values.push_back(Inputs[I].Value.get());
  }
  Outputs = Graph->run(Values);
}

OutputBytes Context::output(uint32_t Index) const {
  if (Outputs.empty())
    throw NnError(Errno::InvalidArgument,
                  "there is no output: compute did not run");
  if (Index >= Outputs.size())
    throw NnError(Errno::InvalidArgument,
                  "the graph has " + std::to_string(Outputs.size()) +
                      " outputs, not one at " + std::to_string(Index));
  return Graph->bytesOfOutput(Index, Outputs[Index].get());
}

Environment::Environment() : Threads(threadCount()) {
  // A later entry of the same name replaces an earlier one.
  for (NamedGraph &Graph : namedGraphs())
    ByName[Graph.Name] = Named{Graph, nullptr};
}

std::shared_ptr<Session> Environment::sessionByName(const std::string &Name) {
  const auto Found = ByName.find(Name);
  if (Found == ByName.end())
    throw NnError(Errno::NotFound, "no graph is named '" + Name + "'");
  Named &Entry = Found->second;
  if (Entry.Loaded != nullptr)
    return Entry.Loaded;
  const NamedGraph &Graph = Entry.Graph;
  const bool IsOnnx =
      Graph.Encoding == "onnx" ||
      (Graph.Encoding == "autodetect" && fileLooksLikeOnnx(Graph.Path));
  if (!IsOnnx)
    throw NnError(Errno::InvalidArgument,
                  "graph '" + Name + "' is " + Graph.Encoding +
                      ", and this plug-in runs ONNX only");
  reportTarget(Graph.Target);
  Entry.Loaded = Session::fromFile(Graph.Path, Threads);
  return Entry.Loaded;
}

bool looksLikeOnnx(const uint8_t *Data, uint64_t Length) noexcept {
  // Field 1 of ModelProto, ir_version, as a varint: writers put it first.
  return Length > 0 && Data[0] == 0x08;
}

void reportTarget(const std::string &Target) {
  if (Target != "cpu" && Target != "auto")
    log(LogLevel::Error,
        "a graph was asked for on " + Target + " and runs on cpu");
}

} // namespace edge_infer
