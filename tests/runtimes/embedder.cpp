// A program that embeds WasmEdge as any other would: plug-in by path, named graphs by WasmEdge_PluginInitWASINN.
#include <wasmedge/wasmedge.h>

#include <cstdio>

// embedder PLUGIN GUEST [PRELOAD ...]
int main(int Count, char **Args) {
  if (Count < 3)
    return 2;
  WasmEdge_LogOff();
  WasmEdge_PluginLoadFromPath(Args[1]);
  WasmEdge_PluginInitWASINN(Args + 3, static_cast<uint32_t>(Count - 3));
  WasmEdge_ConfigureContext *Configure = WasmEdge_ConfigureCreate();
  WasmEdge_ConfigureAddHostRegistration(Configure, WasmEdge_HostRegistration_Wasi);
  // Two machines, one after the other: each has graphs and numbers of its own.
  for (int I = 0; I < 2; ++I) {
    WasmEdge_VMContext *Machine = WasmEdge_VMCreate(Configure, nullptr);
    WasmEdge_ModuleInstanceInitWASI(
        WasmEdge_VMGetImportModuleContext(Machine, WasmEdge_HostRegistration_Wasi), nullptr, 0, nullptr, 0, nullptr, 0);
    const WasmEdge_String Start = WasmEdge_StringCreateByCString("_start");
    const WasmEdge_Result Result = WasmEdge_VMRunWasmFromFile(Machine, Args[2], Start, nullptr, 0, nullptr, 0);
    WasmEdge_StringDelete(Start);
    WasmEdge_VMDelete(Machine);
    if (!WasmEdge_ResultOK(Result)) {
      std::fprintf(stderr, "%s\n", WasmEdge_ResultGetMessage(Result));
      return 1;
    }
  }
  WasmEdge_ConfigureDelete(Configure);
  return 0;
}
