#include "options.h"

#include "nn_error.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <cstring>

namespace edge_infer {
namespace {

constexpr uint32_t MaxThreads = 256;

// WasmEdge writes a WasmEdge_String here (16 bytes); an embedder's WasmEdge_PluginInitWASINN a
// std::vector<std::string> (24 bytes), as its own plug-in keeps the option so. All zero is an empty one of either.
alignas(16) unsigned char PreloadStorage[64];
static_assert(sizeof(std::vector<std::string>) <= sizeof(PreloadStorage));
uint32_t ThreadStorage = 0;

// Neither may be NULL, and Buf must be: see above.
const WasmEdge_String NoPreload = {0, nullptr};
const uint32_t NoThreads = 0;

WasmEdge_ProgramOption Options[] = {
    {"nn-preload",
     "Graph for load_by_name: NAME:ENCODING:TARGET:PATH. The last one counts; several are separated by ';'.",
     WasmEdge_ProgramOptionType_String, PreloadStorage, &NoPreload},
    {"nn-threads", "Threads inside an operator (default 1).",
     WasmEdge_ProgramOptionType_UInt32, &ThreadStorage, &NoThreads},
};

std::string lower(std::string Text) {
  std::transform(Text.begin(), Text.end(), Text.begin(),
                 [](unsigned char C) { return std::tolower(C); });
  return Text;
}

bool isOneOf(const std::string &Text, std::initializer_list<const char *> Names) {
  return std::any_of(Names.begin(), Names.end(),
                     [&Text](const char *Name) { return Text == Name; });
}

bool parseEntry(const std::string &Text, NamedGraph &Entry) {
  const size_t First = Text.find(':');
  const size_t Second =
      First == std::string::npos ? First : Text.find(':', First + 1);
  const size_t Third =
      Second == std::string::npos ? Second : Text.find(':', Second + 1);
  if (Third == std::string::npos || First == 0 || Third + 1 == Text.size())
    return false;
  Entry.Name = Text.substr(0, First);
  Entry.Encoding = lower(Text.substr(First + 1, Second - First - 1));
  Entry.Target = lower(Text.substr(Second + 1, Third - Second - 1));
  Entry.Path = Text.substr(Third + 1);
  return isOneOf(Entry.Encoding,
                 {"onnx", "openvino", "tensorflow", "pytorch", "tensorflowlite",
                  "autodetect", "ggml"}) &&
         isOneOf(Entry.Target, {"cpu", "gpu", "tpu", "auto"});
}

/// The text of the option, whichever of the two forms it is in; see PreloadStorage.
std::vector<std::string> storedPreloads() {
  uintptr_t Words[3];
  std::memcpy(Words, PreloadStorage, sizeof(Words));
  if (Words[2] != 0)
    return *reinterpret_cast<const std::vector<std::string> *>(PreloadStorage);
  WasmEdge_String Text;
  std::memcpy(&Text, PreloadStorage, sizeof(Text));
  if (Text.Length == 0 || Text.Buf == nullptr)
    return {};
  return {std::string(Text.Buf, Text.Length)};
}

} // namespace

std::vector<NamedGraph> parsePreloads(const std::string &Text) {
  std::vector<NamedGraph> Graphs;
  size_t At = 0;
  while (At <= Text.size()) {
    const size_t End = std::min(Text.find(';', At), Text.size());
    const std::string Piece = Text.substr(At, End - At);
    NamedGraph Entry;
    if (parseEntry(Piece, Entry))
      Graphs.push_back(Entry);
    else if (!Graphs.empty() && !Piece.empty())
      Graphs.back().Path += ';' + Piece;
    else if (!Piece.empty())
      log(LogLevel::Error, "preload '" + Piece +
                               "' is left out: NAME:onnx:cpu:PATH is wanted");
    At = End + 1;
  }
  return Graphs;
}

std::vector<NamedGraph> namedGraphs() {
  std::vector<NamedGraph> Graphs;
  if (const char *Text = std::getenv("EDGE_INFER_NN_PRELOAD"))
    Graphs = parsePreloads(Text);
  for (const std::string &Text : storedPreloads())
    for (const NamedGraph &Graph : parsePreloads(Text))
      Graphs.push_back(Graph);
  return Graphs;
}

int threadCount() {
  uint32_t Threads = ThreadStorage;
  const char *Text = std::getenv("EDGE_INFER_NN_THREADS");
  if (Threads == 0 && Text != nullptr && *Text != '\0') {
    char *End = nullptr;
    const long Number = std::strtol(Text, &End, 10);
    if (*End == '\0' && Number >= 1 && Number <= long{MaxThreads})
      Threads = static_cast<uint32_t>(Number);
    else
      log(LogLevel::Error, std::string("EDGE_INFER_NN_THREADS=") + Text +
                               " is not a number from 1 to 256: 1 is taken");
  }
  return static_cast<int>(std::clamp<uint32_t>(Threads, 1, MaxThreads));
}

WasmEdge_ProgramOption *programOptions(uint32_t &Count) {
  Count = static_cast<uint32_t>(std::size(Options));
  return Options;
}

} // namespace edge_infer
