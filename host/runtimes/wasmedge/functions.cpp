#include "functions.h"

#include "guest_memory.h"
#include "nn_error.h"
#include "registry.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <iterator>
#include <new>
#include <tuple>
#include <utility>

namespace edge_infer {
namespace {

// Layouts (little endian, align 4):
//   graph_builder  8 bytes: address u32 @0, length u32 @4
//   tensor        20 bytes: dimensions' address u32 @0, their count u32 @4, type u8 @8 (the three bytes behind it
//                           may hold anything), data address u32 @12, data length u32 @16
constexpr uint32_t BuilderBytes = 8;
constexpr uint32_t TensorBytes = 20;
constexpr uint32_t MaxNameBytes = 4096;

const char *const TargetNames[] = {"cpu", "gpu", "tpu"};

// graph_encoding numbers that matter here.
constexpr uint32_t Onnx = 1;
constexpr uint32_t GgmlOrAutodetect = 5;
constexpr uint32_t AutodetectOrGgml = 6;
constexpr uint32_t Unused = 8;
constexpr uint32_t LastKnown = 14;

void checkEncoding(uint32_t Number, const uint8_t *Data, uint64_t Length) {
  if (Number > LastKnown || Number == Unused)
    throw NnError(Errno::InvalidEncoding,
                  "unknown graph encoding " + std::to_string(Number));
  // 5 and 6 are ggml and autodetect, in an order that differs between hosts: the bytes decide.
  const bool Detected =
      (Number == GgmlOrAutodetect || Number == AutodetectOrGgml) &&
      looksLikeOnnx(Data, Length);
  if (Number != Onnx && !Detected)
    throw NnError(Errno::InvalidArgument,
                  "graph encoding " + std::to_string(Number) +
                      " is not ONNX, which is all that this plug-in runs");
}

void load(Environment &Env, const GuestMemory &Memory, const uint32_t *In) {
  const auto [Builder, Count, Kind, Target, Out] =
      std::tie(In[0], In[1], In[2], In[3], In[4]);
  Memory.write(Out, sizeof(uint32_t));
  if (Target >= std::size(TargetNames))
    throw NnError(Errno::InvalidArgument,
                  "unknown execution target " + std::to_string(Target));
  Memory.read(Builder, uint64_t{Count} * BuilderBytes);
  const uint32_t Length = Count == 0 ? 0 : Memory.readU32(Builder + 4);
  const uint8_t *Data =
      Count == 0 ? nullptr : Memory.read(Memory.readU32(Builder), Length);
  checkEncoding(Kind, Data, Length);
  if (Count != 1)
    throw NnError(Errno::InvalidArgument, "an ONNX graph is one part, not " +
                                              std::to_string(Count));
  Env.Graphs.reserve();
  reportTarget(TargetNames[Target]);
  Memory.writeU32(
      Out, Env.Graphs.add(Session::fromBytes(Data, Length, Env.Threads)));
}

void loadByName(Environment &Env, const GuestMemory &Memory, uint32_t Address,
                uint32_t Length, uint32_t Out) {
  Memory.write(Out, sizeof(uint32_t));
  if (Length > MaxNameBytes)
    throw NnError(Errno::InvalidArgument,
                  "a name of " + std::to_string(Length) + " bytes");
  const uint8_t *Bytes = Memory.read(Address, Length);
  const std::string Name(Bytes, Bytes + Length);
  Env.Graphs.reserve();
  Memory.writeU32(Out, Env.Graphs.add(Env.sessionByName(Name)));
}

void loadByNamePlain(Environment &Env, const GuestMemory &Memory,
                     const uint32_t *In) {
  loadByName(Env, Memory, In[0], In[1], In[2]);
}

void loadByNameWithConfig(Environment &Env, const GuestMemory &Memory,
                          const uint32_t *In) {
  // The configuration is for graphs that make text: checked to be there, not used.
  Memory.read(In[2], In[3]);
  loadByName(Env, Memory, In[0], In[1], In[4]);
}

void initExecutionContext(Environment &Env, const GuestMemory &Memory,
                          const uint32_t *In) {
  Memory.write(In[1], sizeof(uint32_t));
  std::shared_ptr<Session> Graph = Env.Graphs.get(In[0]);
  Env.Contexts.reserve();
  Memory.writeU32(
      In[1], Env.Contexts.add(std::make_shared<Context>(std::move(Graph))));
}

void setInput(Environment &Env, const GuestMemory &Memory, const uint32_t *In) {
  const std::shared_ptr<Context> Target = Env.Contexts.get(In[0]);
  const uint32_t Index = In[1];
  const uint32_t Tensor = In[2];
  const TensorSpec &Spec = Target->inputSpec(Index);
  uint32_t Words[TensorBytes / sizeof(uint32_t)];
  std::memcpy(Words, Memory.read(Tensor, TensorBytes), TensorBytes);
  const auto [DimsAddress, Rank, Type, Address, Length] =
      std::tie(Words[0], Words[1], Words[2], Words[3], Words[4]);
  if (Rank > MaxRank)
    throw NnError(Errno::InvalidArgument,
                  "a tensor of " + std::to_string(Rank) + " dimensions");
  const std::vector<uint32_t> Dims = Memory.readU32s(DimsAddress, Rank);
  const uint8_t *Data = Memory.read(Address, Length);
  if (Length > MaxTensorBytes)
    throw NnError(Errno::TooLarge,
                  "a tensor of " + std::to_string(Length) + " bytes");
  const auto Given =
      resolveType(static_cast<uint8_t>(Type), elementCount(Dims), Length);
  Target->setInput(Index, fitToSpec(Given, Dims, Spec), Dims, Data, Length);
}

void compute(Environment &Env, const GuestMemory &, const uint32_t *In) {
  Env.Contexts.get(In[0])->compute();
}

void getOutput(Environment &Env, const GuestMemory &Memory,
               const uint32_t *In) {
  const auto [Handle, Index, Buffer, Room, Written] =
      std::tie(In[0], In[1], In[2], In[3], In[4]);
  const std::shared_ptr<Context> Source = Env.Contexts.get(Handle);
  const OutputBytes Output = Source->output(Index);
  Memory.write(Written, sizeof(uint32_t));
  if (Output.Length > Room) {
    Memory.writeU32(Written, static_cast<uint32_t>(
                                 std::min<uint64_t>(Output.Length, UINT32_MAX)));
    throw NnError(Errno::TooLarge,
                  "the output has " + std::to_string(Output.Length) +
                      " bytes, the buffer " + std::to_string(Room));
  }
  // The whole buffer that the guest names, not only what is used of it.
  uint8_t *Bytes = Memory.write(Buffer, Room);
  if (Output.Length > 0)
    std::memcpy(Bytes, Output.Data, Output.Length);
  Memory.writeU32(Written, static_cast<uint32_t>(Output.Length));
}

void unload(Environment &Env, const GuestMemory &, const uint32_t *In) {
  Env.Graphs.remove(In[0]);
}

void finalizeExecutionContext(Environment &Env, const GuestMemory &,
                              const uint32_t *In) {
  Env.Contexts.remove(In[0]);
}

/// Streaming exists only for graphs that make text.
void single(Environment &Env, const GuestMemory &, const uint32_t *In) {
  Env.Contexts.get(In[0]);
  throw NnError(Errno::UnsupportedOperation, "an ONNX graph does not stream");
}

using Body = void (*)(Environment &, const GuestMemory &, const uint32_t *);

void report(const char *Name, Errno Code, const char *Text) noexcept {
  // Guests probe with these two; that they did not find something is an answer, not a fault.
  const bool Probe = Code == Errno::NotFound || Code == Errno::TooLarge;
  try {
    log(Probe ? LogLevel::Info : LogLevel::Error,
        std::string(Name) + ": " + Text);
  } catch (...) {
    // No memory for a line: the errno says enough.
  }
}

struct Row {
  const char *Name;
  uint32_t Parameters;
  Body Run;
};

constexpr uint32_t MaxParameters = 5;
constexpr Row Rows[] = {
    {"load", 5, load},
    {"load_by_name", 3, loadByNamePlain},
    {"init_execution_context", 2, initExecutionContext},
    {"set_input", 3, setInput},
    {"compute", 1, compute},
    {"get_output", 5, getOutput},
    {"load_by_name_with_config", 5, loadByNameWithConfig},
    {"unload", 1, unload},
    {"finalize_execution_context", 1, finalizeExecutionContext},
    {"compute_single", 1, single},
    {"get_output_single", 5, single},
    {"fini_single", 1, single},
};

/// A function of the table: no exception ever reaches WasmEdge or the guest, only its errno.
template <uint32_t Index>
WasmEdge_Result entry(void *Data, const WasmEdge_CallingFrameContext *Frame,
                      const WasmEdge_Value *In, WasmEdge_Value *Out) {
  constexpr Row This = Rows[Index];
  Errno Code = Errno::Success;
  try {
    uint32_t Parameters[MaxParameters] = {};
    for (uint32_t I = 0; I < This.Parameters; ++I)
      Parameters[I] = static_cast<uint32_t>(WasmEdge_ValueGetI32(In[I]));
    auto &Env = *static_cast<Environment *>(Data);
    const std::lock_guard<std::mutex> Lock(Env.Mutex);
    This.Run(Env, GuestMemory(Frame), Parameters);
  } catch (const NnError &Error) {
    Code = Error.Code;
    report(This.Name, Code, Error.what());
  } catch (const std::bad_alloc &) {
    Code = Errno::TooLarge;
    report(This.Name, Errno::RuntimeError, "no memory is left");
  } catch (const std::exception &Error) {
    Code = Errno::RuntimeError;
    report(This.Name, Code, Error.what());
  } catch (...) {
    Code = Errno::RuntimeError;
  }
  Out[0] = WasmEdge_ValueGenI32(static_cast<int32_t>(Code));
  return WasmEdge_Result_Success;
}

template <uint32_t... Indices>
const HostFunction *table(std::integer_sequence<uint32_t, Indices...>) {
  static const HostFunction Functions[] = {
      {Rows[Indices].Name, Rows[Indices].Parameters, entry<Indices>}...};
  return Functions;
}

} // namespace

const HostFunction *hostFunctions(uint32_t &Count) {
  Count = static_cast<uint32_t>(std::size(Rows));
  return table(std::make_integer_sequence<uint32_t, std::size(Rows)>());
}

} // namespace edge_infer
