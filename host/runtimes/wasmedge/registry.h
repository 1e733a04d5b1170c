// Graphs and contexts of one module instance, by number.
#pragma once

#include "nn_error.h"
#include "options.h"
#include "session.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace edge_infer {

/// Numbers for things: from 0 up (0 is a valid one), never used twice.
template <typename Thing> class HandleTable {
public:
  HandleTable(const char *What, size_t Limit) : What(What), Limit(Limit) {}

  /// Throws TooLarge when there is no room: call it before costly work.
  void reserve() const {
    if (Things.size() >= Limit || Next == UINT32_MAX)
      throw NnError(Errno::TooLarge, "more than " + std::to_string(Limit) +
                                         " of one kind (" + What +
                                         ") are open");
  }
  uint32_t add(std::shared_ptr<Thing> Item) {
    reserve();
    Things.emplace(Next, std::move(Item));
    return Next++;
  }
  std::shared_ptr<Thing> get(uint32_t Handle) const {
    const auto Found = Things.find(Handle);
    if (Found == Things.end())
      throw NnError(Errno::InvalidArgument,
                    std::string("no ") + What + " has the number " +
                        std::to_string(Handle));
    return Found->second;
  }
  void remove(uint32_t Handle) {
    get(Handle);
    Things.erase(Handle);
  }

private:
  const char *What;
  size_t Limit;
  uint32_t Next = 0;
  std::unordered_map<uint32_t, std::shared_ptr<Thing>> Things;
};

/// Bytes of one input: a copy, so that the guest may do with its buffer what it likes.
class InputBuffer {
public:
  /// Copies; the address stays while the length does, so a value over it stays valid.
  void assign(const uint8_t *Data, uint64_t Length);
  uint8_t *data() const noexcept { return Bytes.get(); }
  bool fits(uint64_t Length) const noexcept {
    return Bytes != nullptr && Size == Length;
  }

private:
  struct Free {
    void operator()(uint8_t *Data) const noexcept;
  };
  std::unique_ptr<uint8_t, Free> Bytes;
  uint64_t Size = 0;
};

/// One execution context: inputs that were set, outputs of the last computation. Keeps its graph alive.
class Context {
public:
  explicit Context(std::shared_ptr<Session> Graph);

  /// What the graph wants at `Index`. Throws InvalidArgument.
  const TensorSpec &inputSpec(uint32_t Index) const;
  void setInput(uint32_t Index, ONNXTensorElementDataType Type,
                const std::vector<uint32_t> &Dims, const uint8_t *Data,
                uint64_t Length);
  void compute();
  OutputBytes output(uint32_t Index) const;

private:
  struct Input {
    InputBuffer Buffer;
    std::vector<uint32_t> Dims;
    ValuePtr Value;
  };
  std::shared_ptr<Session> Graph;
  std::vector<Input> Inputs;
  std::vector<ValuePtr> Outputs;
};

/// All that belongs to one instance of the module. Calls hold `Mutex`.
class Environment {
public:
  Environment();

  /// The graph that the user gave this name, loaded on first use and then shared. Throws NotFound.
  std::shared_ptr<Session> sessionByName(const std::string &Name);

  std::mutex Mutex;
  const int Threads;
  HandleTable<Session> Graphs{"graph", 64};
  HandleTable<Context> Contexts{"context", 4096};

private:
  struct Named {
    NamedGraph Graph;
    std::shared_ptr<Session> Loaded;
  };
  std::unordered_map<std::string, Named> ByName;
};

/// Whether bytes begin as a serialised ONNX ModelProto does.
bool looksLikeOnnx(const uint8_t *Data, uint64_t Length) noexcept;

/// One line when a graph was asked for elsewhere than on the CPU, which is where all of them run.
void reportTarget(const std::string &Target);

} // namespace edge_infer
