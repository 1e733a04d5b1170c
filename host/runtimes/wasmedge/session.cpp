#include "session.h"

#include "nn_error.h"

namespace edge_infer {
namespace {

/// Session options, freed at the end of the block.
struct Options {
  const OrtApi &Api;
  OrtSessionOptions *Handle;
  ~Options() { Api.ReleaseSessionOptions(Handle); }
};

} // namespace

void FreeValue::operator()(OrtValue *Value) const noexcept {
  ortLibrary().Api->ReleaseValue(Value);
}

std::shared_ptr<Session> Session::fromBytes(const uint8_t *Data,
                                            uint64_t Length, int Threads) {
  const OrtLibrary &Library = ortLibrary();
  std::shared_ptr<Session> Made(new Session(Library));
  const Options Chosen{*Library.Api, Made->makeOptions(Threads)};
  // Weights outside of the bytes would be read from the current folder: a guest could name any file there.
  mustSucceed(*Library.Api,
              Library.Api->AddSessionConfigEntry(
                  Chosen.Handle,
                  "session.model_external_initializers_file_folder_path",
                  "/dev/null/none"),
              "session options");
  mustSucceed(*Library.Api,
              Library.Api->CreateSessionFromArray(Library.Env, Data, Length,
                                                  Chosen.Handle, &Made->Handle),
              "ONNX Runtime refuses the graph");
  Made->describe();
  return Made;
}

std::shared_ptr<Session> Session::fromFile(const std::string &Path,
                                           int Threads) {
  const OrtLibrary &Library = ortLibrary();
  std::shared_ptr<Session> Made(new Session(Library));
  const Options Chosen{*Library.Api, Made->makeOptions(Threads)};
  mustSucceed(*Library.Api,
              Library.Api->CreateSession(Library.Env, Path.c_str(),
                                         Chosen.Handle, &Made->Handle),
              "ONNX Runtime refuses " + Path);
  Made->describe();
  return Made;
}

Session::~Session() {
  if (CpuMemory != nullptr)
    Library.Api->ReleaseMemoryInfo(CpuMemory);
  if (Handle != nullptr)
    Library.Api->ReleaseSession(Handle);
}

OrtSessionOptions *Session::makeOptions(int Threads) const {
  const OrtApi &Api = *Library.Api;
  OrtSessionOptions *Made = nullptr;
  mustSucceed(Api, Api.CreateSessionOptions(&Made), "session options");
  try {
    const auto Must = [&Api](OrtStatus *Status) {
      mustSucceed(Api, Status, "session options");
    };
    Must(Api.SetSessionGraphOptimizationLevel(Made, ORT_ENABLE_ALL));
    Must(Api.SetIntraOpNumThreads(Made, Threads));
    Must(Api.SetInterOpNumThreads(Made, 1));
    Must(Api.SetSessionLogSeverityLevel(Made, ORT_LOGGING_LEVEL_ERROR));
    // Without it, INT8 graphs saturate on x86 processors that lack VNNI and lose accuracy in silence.
    Must(Api.AddSessionConfigEntry(Made, "session.x64quantprecision", "1"));
  } catch (...) {
    Api.ReleaseSessionOptions(Made);
    throw;
  }
  return Made;
}

void Session::describe() {
  const OrtApi &Api = *Library.Api;
  mustSucceed(
      Api,
      Api.CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &CpuMemory),
      "memory description");
  Inputs = describeSide(true);
  Outputs = describeSide(false);
  for (const TensorSpec &Spec : Inputs)
    InputNames.push_back(Spec.Name.c_str());
  for (const TensorSpec &Spec : Outputs)
    OutputNames.push_back(Spec.Name.c_str());
}

std::vector<TensorSpec> Session::describeSide(bool Input) const {
  const OrtApi &Api = *Library.Api;
  const auto Must = [&Api](OrtStatus *Status) {
    mustSucceed(Api, Status, "description of the graph");
  };
  OrtAllocator *Allocator = nullptr;
  Must(Api.GetAllocatorWithDefaultOptions(&Allocator));
  size_t Count = 0;
  Must(Input ? Api.SessionGetInputCount(Handle, &Count)
             : Api.SessionGetOutputCount(Handle, &Count));
  std::vector<TensorSpec> Specs(Count);
  for (size_t I = 0; I < Count; ++I) {
    TensorSpec &Spec = Specs[I];
    char *Name = nullptr;
    Must(Input ? Api.SessionGetInputName(Handle, I, Allocator, &Name)
               : Api.SessionGetOutputName(Handle, I, Allocator, &Name));
    Spec.Name = Name;
    Must(Api.AllocatorFree(Allocator, Name));

    OrtTypeInfo *Info = nullptr;
    Must(Input ? Api.SessionGetInputTypeInfo(Handle, I, &Info)
               : Api.SessionGetOutputTypeInfo(Handle, I, &Info));
    const std::unique_ptr<OrtTypeInfo, void (*)(OrtTypeInfo *)> Owned(
        Info, Api.ReleaseTypeInfo);
    const OrtTensorTypeAndShapeInfo *Tensor = nullptr;
    Must(Api.CastTypeInfoToTensorInfo(Info, &Tensor));
    if (Tensor == nullptr)
      continue;
    Spec.IsTensor = true;
    Must(Api.GetTensorElementType(Tensor, &Spec.Type));
    size_t Rank = 0;
    Must(Api.GetDimensionsCount(Tensor, &Rank));
    Spec.Shape.resize(Rank);
    Must(Api.GetDimensions(Tensor, Spec.Shape.data(), Rank));
  }
  return Specs;
}

ValuePtr Session::tensorOver(uint8_t *Data, uint64_t Length,
                             const std::vector<uint32_t> &Dims,
                             ONNXTensorElementDataType Type) const {
  const std::vector<int64_t> Shape(Dims.begin(), Dims.end());
  OrtValue *Value = nullptr;
  mustSucceed(*Library.Api,
              Library.Api->CreateTensorWithDataAsOrtValue(
                  CpuMemory, Data, Length, Shape.data(), Shape.size(), Type,
                  &Value),
              "input tensor");
  return ValuePtr(Value);
}

std::vector<ValuePtr>
Session::run(const std::vector<const OrtValue *> &Values) const {
  std::vector<OrtValue *> Raw(Outputs.size(), nullptr);
  std::vector<ValuePtr> Results;
  Results.reserve(Raw.size());
  OrtStatus *Status = Library.Api->Run(
      Handle, nullptr, InputNames.data(), Values.data(), Values.size(),
      OutputNames.data(), OutputNames.size(), Raw.data());
  // Owned before the status is looked at: a failed run may have made some of them.
  for (OrtValue *Value : Raw)
    Results.emplace_back(Value);
  mustSucceed(*Library.Api, Status, "ONNX Runtime does not run the graph");
  return Results;
}

OutputBytes Session::bytesOfOutput(size_t Index, OrtValue *Value) const {
  const OrtApi &Api = *Library.Api;
  const TensorSpec &Spec = Outputs[Index];
  const uint32_t Size = bytesOf(Spec.Type);
  if (!Spec.IsTensor || Size == 0 || Value == nullptr)
    throw NnError(Errno::UnsupportedOperation,
                  "output '" + Spec.Name + "' is not a tensor of numbers");
  OrtTensorTypeAndShapeInfo *Info = nullptr;
  mustSucceed(Api, Api.GetTensorTypeAndShape(Value, &Info), "output tensor");
  size_t Elements = 0;
  OrtStatus *Counted = Api.GetTensorShapeElementCount(Info, &Elements);
  Api.ReleaseTensorTypeAndShapeInfo(Info);
  mustSucceed(Api, Counted, "output tensor");
  void *Data = nullptr;
  mustSucceed(Api, Api.GetTensorMutableData(Value, &Data), "output tensor");
  return {static_cast<const uint8_t *>(Data), uint64_t{Elements} * Size};
}

} // namespace edge_infer
