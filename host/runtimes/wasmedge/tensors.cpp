#include "tensors.h"

#include "nn_error.h"

namespace edge_infer {
namespace {

constexpr auto F16 = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16;
constexpr auto F32 = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
constexpr auto F64 = ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE;
constexpr auto BF16 = ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16;
constexpr auto U8 = ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8;
constexpr auto I32 = ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32;
constexpr auto I64 = ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64;

/// Type numbers of today (Wasmtime, WasmEdge 0.15 and later, WAMR).
constexpr ONNXTensorElementDataType Today[] = {F16, F32, F64, U8, I32, I64};
/// Type numbers before f64 was inserted (crate wasi-nn <= 0.5, WasmEdge <= 0.14).
constexpr ONNXTensorElementDataType Before[] = {F16, F32, U8, I32};

template <typename Number>
std::string shapeText(const std::vector<Number> &Dims) {
  if (Dims.empty())
    return "a scalar";
  std::string Text;
  for (const Number Dim : Dims) {
    if (!Text.empty())
      Text += 'x';
    Text += static_cast<int64_t>(Dim) < 0 ? "?" : std::to_string(Dim);
  }
  return Text;
}

/// Whether bytes labelled `Given` may be those of `Wanted`, which the ABI has no number for.
bool travelsAs(ONNXTensorElementDataType Wanted,
               ONNXTensorElementDataType Given) {
  if (Given == U8)
    return bytesOf(Wanted) == 1;
  return Given == F16 && Wanted == BF16;
}

} // namespace

uint32_t bytesOf(ONNXTensorElementDataType Type) noexcept {
  switch (Type) {
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8:
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8:
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL:
    return 1;
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16:
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16:
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16:
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16:
    return 2;
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT:
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32:
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32:
    return 4;
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE:
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64:
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64:
    return 8;
  default:
    return 0;
  }
}

std::string nameOf(ONNXTensorElementDataType Type) {
  switch (Type) {
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8:
    return "u8";
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8:
    return "i8";
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL:
    return "bool";
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16:
    return "f16";
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16:
    return "bf16";
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT:
    return "f32";
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE:
    return "f64";
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32:
    return "i32";
  case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64:
    return "i64";
  default:
    return "ONNX type " + std::to_string(static_cast<int>(Type));
  }
}

uint64_t elementCount(const std::vector<uint32_t> &Dims) {
  uint64_t Count = 1;
  bool Overflow = false;
  for (const uint32_t Dim : Dims) {
    if (Dim == 0)
      return 0;
    // The product stays below 2^64: Count is at most 2^32 - 1 here, or no longer used.
    Count = Overflow ? Count : Count * Dim;
    Overflow = Overflow || Count > UINT32_MAX;
  }
  if (Overflow)
    throw NnError(Errno::TooLarge,
                  "a tensor of " + shapeText(Dims) + " elements");
  return Count;
}

ONNXTensorElementDataType resolveType(uint8_t Number, uint64_t Elements,
                                      uint64_t ByteLength) {
  if (Number >= std::size(Today))
    throw NnError(Errno::InvalidArgument,
                  "unknown tensor type " + std::to_string(Number));
  const auto Now = Today[Number];
  if (bytesOf(Now) * Elements == ByteLength)
    return Now;
  if (Number < std::size(Before) &&
      bytesOf(Before[Number]) * Elements == ByteLength)
    return Before[Number];
  throw NnError(Errno::InvalidArgument,
                std::to_string(Elements) + " elements of " + nameOf(Now) +
                    " need " + std::to_string(bytesOf(Now) * Elements) +
                    " bytes, the guest gave " + std::to_string(ByteLength));
}

ONNXTensorElementDataType fitToSpec(ONNXTensorElementDataType Given,
                                    const std::vector<uint32_t> &Dims,
                                    const TensorSpec &Spec) {
  if (!Spec.IsTensor || bytesOf(Spec.Type) == 0)
    throw NnError(Errno::UnsupportedOperation,
                  "input '" + Spec.Name + "' is not a tensor of numbers");
  if (Given != Spec.Type && !travelsAs(Spec.Type, Given))
    throw NnError(Errno::InvalidArgument, "input '" + Spec.Name + "' wants " +
                                              nameOf(Spec.Type) +
                                              ", the guest gave " +
                                              nameOf(Given));
  bool Fits = Spec.Shape.size() == Dims.size();
  for (size_t I = 0; Fits && I < Dims.size(); ++I)
    Fits = Spec.Shape[I] < 0 || Spec.Shape[I] == static_cast<int64_t>(Dims[I]);
  if (!Fits)
    throw NnError(Errno::InvalidArgument,
                  "input '" + Spec.Name + "' wants " + shapeText(Spec.Shape) +
                      ", the guest gave " + shapeText(Dims));
  return Spec.Type;
}

} // namespace edge_infer
