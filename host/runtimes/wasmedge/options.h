// What the user chooses: graphs with names, threads; on the command line of `wasmedge` or in the environment.
#pragma once

#include <wasmedge/wasmedge.h>

#include <cstdint>
#include <string>
#include <vector>

namespace edge_infer {

/// A graph that the user vouches for under a name.
struct NamedGraph {
  std::string Name;
  std::string Encoding;
  std::string Target;
  std::string Path;
};

/// The entries of "NAME:ENC:TARGET:PATH;NAME:ENC:TARGET:PATH": a path may hold colons, and semicolons too as long as
/// what follows one does not look like an entry. Text that is no entry is reported on standard error and left out.
std::vector<NamedGraph> parsePreloads(const std::string &Text);

/// Graphs of EDGE_INFER_NN_PRELOAD, then those of --nn-preload (or of WasmEdge_PluginInitWASINN).
std::vector<NamedGraph> namedGraphs();

/// Threads inside an operator: --nn-threads, else EDGE_INFER_NN_THREADS, else 1.
int threadCount();

/// The options of the command line, for the descriptor; `Count` of them.
WasmEdge_ProgramOption *programOptions(uint32_t &Count);

} // namespace edge_infer
