// The caller's linear memory. Every address is checked by its 64-bit end before it is touched.
#pragma once

#include <wasmedge/wasmedge.h>

#include <cstdint>
#include <string>
#include <vector>

namespace edge_infer {

/// Memory 0 of the module that calls, for the duration of one call.
class GuestMemory {
public:
  /// Throws MissingMemory when the caller has no memory.
  explicit GuestMemory(const WasmEdge_CallingFrameContext *Frame);

  /// Bytes to read; never null for a length above 0. Throws InvalidArgument outside the memory.
  const uint8_t *read(uint32_t Address, uint64_t Length) const;
  /// Bytes to write; never null for a length above 0. Throws InvalidArgument outside the memory.
  uint8_t *write(uint32_t Address, uint64_t Length) const;

  /// A little-endian number at any address, aligned or not.
  uint32_t readU32(uint32_t Address) const;
  /// `Count` of them, one after the other.
  std::vector<uint32_t> readU32s(uint32_t Address, uint32_t Count) const;
  void writeU32(uint32_t Address, uint32_t Value) const;

private:
  WasmEdge_MemoryInstanceContext *Memory;
};

} // namespace edge_infer
