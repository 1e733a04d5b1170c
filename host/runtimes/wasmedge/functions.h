// The functions of wasi_ephemeral_nn, as WasmEdge calls them.
#pragma once

#include <wasmedge/wasmedge.h>

#include <cstdint>

namespace edge_infer {

/// One host function: all parameters and the one result are i32.
struct HostFunction {
  const char *Name;
  uint32_t Parameters;
  WasmEdge_HostFunc_t Call;
};

/// The twelve functions; `Data` of each is an Environment.
const HostFunction *hostFunctions(uint32_t &Count);

} // namespace edge_infer
