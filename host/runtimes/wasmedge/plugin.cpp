// The plug-in as WasmEdge sees it: its descriptor, its options and the module `wasi_ephemeral_nn`.
#include "functions.h"
#include "nn_error.h"
#include "options.h"
#include "registry.h"

#include <cstdlib>
#include <exception>
#include <string>

namespace {

using edge_infer::Environment;

constexpr uint32_t MaxParameters = 5;

/// The plug-in API of the WasmEdge that runs. It must be equal to the host's, or the plug-in is left out in silence:
/// 4 up to 0.16, 5 in 0.17; for later ones what the headers said that this was built with.
uint32_t pluginApiVersion() {
  if (const char *Chosen = std::getenv("EDGE_INFER_WASMEDGE_PLUGIN_API"))
    return static_cast<uint32_t>(std::strtoul(Chosen, nullptr, 10));
  const uint32_t Major = WasmEdge_VersionGetMajor();
  const uint32_t Minor = WasmEdge_VersionGetMinor();
  if (Major == WASMEDGE_VERSION_MAJOR && Minor == WASMEDGE_VERSION_MINOR)
    return WasmEdge_Plugin_CurrentAPIVersion;
  if (Major == 0 && Minor <= 16)
    return 4;
  if (Major == 0 && Minor == 17)
    return 5;
  return WasmEdge_Plugin_CurrentAPIVersion;
}

void addFunction(WasmEdge_ModuleInstanceContext *Module,
                 const edge_infer::HostFunction &Function, Environment *Env) {
  WasmEdge_ValType Types[MaxParameters];
  for (WasmEdge_ValType &Type : Types)
    Type = WasmEdge_ValTypeGenI32();
  WasmEdge_FunctionTypeContext *Type =
      WasmEdge_FunctionTypeCreate(Types, Function.Parameters, Types, 1);
  WasmEdge_FunctionInstanceContext *Instance =
      WasmEdge_FunctionInstanceCreate(Type, Function.Call, Env, 0);
  WasmEdge_FunctionTypeDelete(Type);
  const WasmEdge_String Name = WasmEdge_StringCreateByCString(Function.Name);
  WasmEdge_ModuleInstanceAddFunction(Module, Name, Instance);
  WasmEdge_StringDelete(Name);
}

void freeEnvironment(void *Env) { delete static_cast<Environment *>(Env); }

WasmEdge_ModuleInstanceContext *
createModule(const WasmEdge_ModuleDescriptor *) {
  try {
    auto *Env = new Environment();
    const WasmEdge_String Name =
        WasmEdge_StringCreateByCString("wasi_ephemeral_nn");
    WasmEdge_ModuleInstanceContext *Module =
        WasmEdge_ModuleInstanceCreateWithData(Name, Env, freeEnvironment);
    WasmEdge_StringDelete(Name);
    uint32_t Count = 0;
    const edge_infer::HostFunction *Functions =
        edge_infer::hostFunctions(Count);
    for (uint32_t I = 0; I < Count; ++I)
      addFunction(Module, Functions[I], Env);
    return Module;
  } catch (const std::exception &Error) {
    edge_infer::log(edge_infer::LogLevel::Error, Error.what());
    return nullptr;
  }
}

// Plug-in and module carry the names of WasmEdge's own, so that this one takes its place.
WasmEdge_ModuleDescriptor Modules[] = {
    {"wasi_nn", "WASI-NN over ONNX Runtime", createModule},
};

} // namespace

extern "C" __attribute__((visibility("default"))) const
    WasmEdge_PluginDescriptor *
    WasmEdge_Plugin_GetDescriptor() {
  static WasmEdge_PluginDescriptor Descriptor = [] {
    WasmEdge_PluginDescriptor Made = {};
    Made.Name = "wasi_nn";
    Made.Description = "edge-infer: WASI-NN over ONNX Runtime";
    Made.APIVersion = pluginApiVersion();
    Made.Version = {0, 1, 0, 0};
    Made.ModuleCount = 1;
    Made.ModuleDescriptions = Modules;
    Made.ProgramOptions =
        edge_infer::programOptions(Made.ProgramOptionCount);
    return Made;
  }();
  return &Descriptor;
}
