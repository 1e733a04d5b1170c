#include "ort_library.h"

#include "nn_error.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <mutex>
#include <vector>

namespace edge_infer {
namespace {

// All that is used here is in this version; newer libraries still have it.
constexpr uint32_t OrtApiNeeded = 16;
// Debian's file name carries the minor version.
constexpr int NewestMinorTried = 49;

/// Folder of this plug-in, with a slash at its end; empty when unknown.
std::string ownFolder() {
  Dl_info Info;
  if (dladdr(reinterpret_cast<void *>(&ownFolder), &Info) == 0 ||
      Info.dli_fname == nullptr)
    return {};
  const std::string File = Info.dli_fname;
  const size_t Slash = File.rfind('/');
  return Slash == std::string::npos ? std::string()
                                    : File.substr(0, Slash + 1);
}

std::vector<std::string> candidates() {
  const char *Chosen = std::getenv("ORT_DYLIB_PATH");
  // Who names a library wants that one and no other.
  if (Chosen != nullptr && *Chosen != '\0')
    return {Chosen};
  std::vector<std::string> Paths;
  const std::string Folder = ownFolder();
  if (!Folder.empty()) {
    for (const char *Near : {"", "../lib/", "onnxruntime/"}) {
      const std::string Path = Folder + Near + "libonnxruntime.so.1";
      if (access(Path.c_str(), R_OK) == 0)
        Paths.push_back(Path);
    }
  }
  Paths.emplace_back("libonnxruntime.so.1");
  for (int Minor = NewestMinorTried; Minor >= int{OrtApiNeeded}; --Minor)
    Paths.emplace_back("libonnxruntime.so.1." + std::to_string(Minor));
  Paths.emplace_back("libonnxruntime.so");
  return Paths;
}

void *openLibrary(std::string &Path) {
  std::string FirstReason;
  for (const std::string &Candidate : candidates()) {
    if (void *Handle = dlopen(Candidate.c_str(), RTLD_NOW | RTLD_LOCAL)) {
      Path = Candidate;
      return Handle;
    }
    const char *Reason = dlerror();
    if (FirstReason.empty() && Reason != nullptr)
      FirstReason = Reason;
  }
  throw NnError(Errno::UnsupportedOperation,
                "ONNX Runtime cannot be opened (" + FirstReason +
                    "): set ORT_DYLIB_PATH to libonnxruntime.so.1");
}

OrtLibrary open() {
  OrtLibrary Library;
  void *Handle = openLibrary(Library.Path);
  using GetBase = const OrtApiBase *(*)();
  const auto Base =
      reinterpret_cast<GetBase>(dlsym(Handle, "OrtGetApiBase"));
  if (Base == nullptr)
    throw NnError(Errno::UnsupportedOperation,
                  Library.Path + " is not ONNX Runtime");
  Library.Version = Base()->GetVersionString();
  Library.Api = Base()->GetApi(OrtApiNeeded);
  if (Library.Api == nullptr)
    throw NnError(Errno::UnsupportedOperation,
                  Library.Path + " is ONNX Runtime " + Library.Version +
                      ": 1." + std::to_string(OrtApiNeeded) +
                      " or newer is needed");
  // Warnings of ONNX Runtime would go to standard error, which is the guest's.
  mustSucceed(*Library.Api,
              Library.Api->CreateEnv(ORT_LOGGING_LEVEL_ERROR, "edge-infer",
                                     &Library.Env),
              "ONNX Runtime does not start");
  log(LogLevel::Info,
      "ONNX Runtime " + Library.Version + " from " + Library.Path);
  return Library;
}

} // namespace

const OrtLibrary &ortLibrary() {
  static std::mutex Mutex;
  // Never freed: sessions of other threads may outlive static destruction.
  static OrtLibrary *Library = nullptr;
  const std::lock_guard<std::mutex> Lock(Mutex);
  // A failure is not remembered: the next call says again why.
  if (Library == nullptr)
    Library = new OrtLibrary(open());
  return *Library;
}

void mustSucceed(const OrtApi &Api, OrtStatus *Status,
                 const std::string &What) {
  if (Status == nullptr)
    return;
  std::string Text = Api.GetErrorMessage(Status);
  Api.ReleaseStatus(Status);
  Text = Text.substr(0, Text.find('\n')).substr(0, 300);
  throw NnError(Errno::RuntimeError, What + ": " + Text);
}

} // namespace edge_infer
