#include "guest_memory.h"

#include "nn_error.h"

#include <cstring>

namespace edge_infer {
namespace {

[[noreturn]] void outside(uint32_t Address, uint64_t Length) {
  throw NnError(Errno::InvalidArgument,
                std::to_string(Length) + " bytes at " + std::to_string(Address) +
                    " lie outside the guest's memory");
}

// WasmEdge 0.14 takes offset and length as 32-bit numbers: larger ones must not get there.
void mustFit32(uint32_t Address, uint64_t Length) {
  if (Address + Length > (uint64_t{1} << 32) || Length > UINT32_MAX)
    outside(Address, Length);
}

} // namespace

GuestMemory::GuestMemory(const WasmEdge_CallingFrameContext *Frame)
    : Memory(WasmEdge_CallingFrameGetMemoryInstance(Frame, 0)) {
  if (Memory == nullptr)
    throw NnError(Errno::MissingMemory, "the guest has no memory");
}

const uint8_t *GuestMemory::read(uint32_t Address, uint64_t Length) const {
  mustFit32(Address, Length);
  const uint8_t *Bytes =
      WasmEdge_MemoryInstanceGetPointerConst(Memory, Address, Length);
  if (Bytes == nullptr && Length > 0)
    outside(Address, Length);
  return Bytes;
}

uint8_t *GuestMemory::write(uint32_t Address, uint64_t Length) const {
  mustFit32(Address, Length);
  uint8_t *Bytes = WasmEdge_MemoryInstanceGetPointer(Memory, Address, Length);
  if (Bytes == nullptr && Length > 0)
    outside(Address, Length);
  return Bytes;
}

uint32_t GuestMemory::readU32(uint32_t Address) const {
  uint32_t Value;
  std::memcpy(&Value, read(Address, sizeof(Value)), sizeof(Value));
  return Value;
}

std::vector<uint32_t> GuestMemory::readU32s(uint32_t Address,
                                            uint32_t Count) const {
  const uint64_t Length = uint64_t{Count} * sizeof(uint32_t);
  const uint8_t *Bytes = read(Address, Length);
  std::vector<uint32_t> Values(Count);
  if (Count > 0)
    std::memcpy(Values.data(), Bytes, Length);
  return Values;
}

void GuestMemory::writeU32(uint32_t Address, uint32_t Value) const {
  std::memcpy(write(Address, sizeof(Value)), &Value, sizeof(Value));
}

} // namespace edge_infer
