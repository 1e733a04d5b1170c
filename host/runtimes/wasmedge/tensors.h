// Element types: the numbers of the ABI, those of ONNX Runtime, and the rules between them.
#pragma once

#include <onnxruntime_c_api.h>

#include <cstdint>
#include <string>
#include <vector>

namespace edge_infer {

/// Highest rank accepted from a guest.
constexpr uint32_t MaxRank = 32;
/// Largest tensor accepted from a guest.
constexpr uint64_t MaxTensorBytes = uint64_t{1} << 30;

/// What a graph says about one of its inputs or outputs.
struct TensorSpec {
  std::string Name;
  ONNXTensorElementDataType Type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  /// Negative: any size.
  std::vector<int64_t> Shape;
  /// False for sequences, maps and optional values.
  bool IsTensor = false;
};

/// Bytes of one element; 0 for types without a fixed size (strings) or below a byte.
uint32_t bytesOf(ONNXTensorElementDataType Type) noexcept;

/// `f32`, `u8`, ...
std::string nameOf(ONNXTensorElementDataType Type);

/// Number of elements; 1 for a scalar. Throws TooLarge past 2^32 - 1.
uint64_t elementCount(const std::vector<uint32_t> &Dims);

/// The type that a guest means by `Number` for that many elements in that many bytes: today's numbers and
/// those before f64 was inserted differ from 2 up, and the length tells them apart. Throws InvalidArgument.
ONNXTensorElementDataType resolveType(uint8_t Number, uint64_t Elements,
                                      uint64_t ByteLength);

/// Checks type and dimensions against what the graph wants and gives the type the graph sees. Types of one byte
/// which the ABI cannot name (int8, bool) are taken as u8, bfloat16 as f16. Throws InvalidArgument with the reason.
ONNXTensorElementDataType fitToSpec(ONNXTensorElementDataType Given,
                                    const std::vector<uint32_t> &Dims,
                                    const TensorSpec &Spec);

} // namespace edge_infer
