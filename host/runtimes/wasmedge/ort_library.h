// libonnxruntime, opened on first use: a guest that never loads a graph never pays for it.
#pragma once

#include <onnxruntime_c_api.h>

#include <string>

namespace edge_infer {

/// ONNX Runtime's functions and the one environment of this process.
struct OrtLibrary {
  const OrtApi *Api = nullptr;
  OrtEnv *Env = nullptr;
  std::string Version;
  std::string Path;
};

/// The library: from ORT_DYLIB_PATH when that is set; otherwise beside this plug-in, then where the system looks.
/// Throws UnsupportedOperation with what was tried. Safe from several threads.
const OrtLibrary &ortLibrary();

/// Throws RuntimeError with ONNX Runtime's text, after `What`, unless `Status` is success; frees it.
void mustSucceed(const OrtApi &Api, OrtStatus *Status, const std::string &What);

} // namespace edge_infer
