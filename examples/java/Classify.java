import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import com.dylibso.chicory.compiler.MachineFactoryCompiler;
import com.dylibso.chicory.runtime.ChicoryInterruptedException;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.wasm.ChicoryException;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.StreamSupport;

/** Classifies a picture: edge_kernels_scalar.wasm in Chicory, limited in memory and time; the graph in ONNX Runtime. */
public final class Classify {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** An error as edge-infer has them. */
  static final class Failure extends RuntimeException {
    final String code;

    Failure(String code, String message) {
      super(message);
      this.code = code;
    }
  }

  /** One instance of the module; docs/abi.md has its calls. */
  record Kernels(Instance instance, ScheduledExecutorService watchdog, int timeoutMs) {
    static Kernels open(Path file, int memoryMiB, int timeoutMs) {
      var instance = Instance.builder(Parser.parse(file))
          .withMemoryLimits(new MemoryLimits(1, memoryMiB * 16)) // memory.grow beyond it fails
          .withMachineFactory(MachineFactoryCompiler::compile) // to bytecode of the JVM
          .build();
      return new Kernels(instance, Executors.newSingleThreadScheduledExecutor(), timeoutMs);
    }

    /** Calls an export. Code looks for interrupts in every loop and function: the watchdog sends one after the time limit. */
    int call(String name, long... args) {
      var caller = Thread.currentThread();
      var alarm = watchdog.schedule(caller::interrupt, timeoutMs, TimeUnit.MILLISECONDS);
      try {
        var results = instance.export(name).apply(args);
        return results == null || results.length == 0 ? 0 : (int) results[0];
      } catch (ChicoryInterruptedException interrupted) {
        throw new Failure("DEADLINE_EXCEEDED", name + " took longer than " + timeoutMs + " ms");
      } finally {
        alarm.cancel(false);
        Thread.interrupted();
      }
    }

    int put(byte[] data) {
      int address = call("edge_alloc", data.length);
      if (address == 0) throw new Failure("RUNTIME_MEMORY", "no memory for " + data.length + " bytes: raise the limit");
      instance.memory().write(address, data);
      return address;
    }

    int word(int at) {
      return instance.memory().readInt(at);
    }

    byte[] span(int at) {
      return instance.memory().readBytes(word(at), word(at + 4));
    }

    String text(int at) {
      return new String(span(at), StandardCharsets.UTF_8);
    }

    /** Calls an export that gives a result struct, and throws the error that it may hold. */
    int result(String name, long... args) {
      int at = call(name, args);
      if (word(at) != 0) throw new Failure(text(at + 4), text(at + 12));
      return at;
    }
  }

  /** A file of the package, whose hash the card vouches for. */
  static byte[] readChecked(Path folder, JsonNode file) throws IOException, NoSuchAlgorithmException {
    var data = Files.readAllBytes(folder.resolve(file.get("path").asText()));
    var hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
    if (hash.equals(file.get("sha256").asText())) return data;
    throw new Failure("MODEL_HASH_MISMATCH", file.get("path").asText() + " is not the file that the card names");
  }

  static JsonNode find(JsonNode list, String key, String value) {
    return StreamSupport.stream(list.spliterator(), false).filter(node -> node.get(key).asText().equals(value))
        .findFirst().orElseThrow(() -> new Failure("MODEL_INCOMPLETE", "the card has no " + key + " " + value));
  }

  /** Runs a graph of f32 tensors. */
  static byte[] runGraph(byte[] graph, String input, byte[] tensor, long[] shape) throws OrtException {
    var environment = OrtEnvironment.getEnvironment();
    var floats = ByteBuffer.allocateDirect(tensor.length).order(ByteOrder.nativeOrder()).put(tensor).flip();
    try (var session = environment.createSession(graph);
        var feed = OnnxTensor.createTensor(environment, ((ByteBuffer) floats).asFloatBuffer(), shape);
        var results = session.run(Map.of(input, feed))) {
      var output = ((OnnxTensor) results.get(0)).getByteBuffer();
      var bytes = new byte[output.remaining()];
      output.get(bytes);
      return bytes;
    }
  }

  static Map<String, Object> classify(Kernels kernels, Path folder, byte[] picture) throws Exception {
    var text = Files.readAllBytes(folder.resolve("model.json"));
    var card = JSON.readTree(text);
    var graph = find(card.get("graphs"), "encoding", "onnx");
    var labels = readChecked(folder, find(card.get("files"), "path", card.get("output").get("labels").asText()));
    kernels.result("edge_open_card", kernels.put(text), text.length, kernels.put(labels), labels.length);
    kernels.call("edge_reset"); // card and labels were copied
    int at = kernels.result("edge_preprocess", kernels.put(picture), picture.length, 0, 0, 0);
    var sha256 = HexFormat.of().formatHex(kernels.instance.memory().readBytes(kernels.word(at + 36), 32));
    long[] shape = {kernels.word(at + 48), kernels.word(at + 52), kernels.word(at + 56), kernels.word(at + 60)};
    var model = readChecked(folder, graph.get("files").get(0));
    var output = runGraph(model, card.get("input").get("name").asText(), kernels.span(at + 28), shape);
    at = kernels.result("edge_postprocess", kernels.put(output), output.length, 5, 0);
    List<Map<String, Object>> predictions = new ArrayList<>();
    for (int row = kernels.word(at + 28), end = row + 16 * kernels.word(at + 32); row < end; row += 16)
      predictions.add(Map.of("class_id", kernels.word(row), "label", kernels.text(row + 8),
          "confidence", kernels.instance.memory().readFloat(row + 4)));
    return Map.of("predictions", predictions, "model_version", card.get("version"), "runtime", "java-chicory", "graph",
        Map.of("encoding", "onnx", "precision", graph.get("precision"), "provider", "cpu"), "input_sha256", sha256);
  }

  /** Arguments: picture, folder of a model package, module, limit of its memory in MiB, limit of each call in ms. */
  public static void main(String[] args) throws Exception {
    try {
      var kernels = Kernels.open(Path.of(args[2]), Integer.parseInt(args[3]), Integer.parseInt(args[4]));
      System.out.println(JSON.writeValueAsString(classify(kernels, Path.of(args[1]), Files.readAllBytes(Path.of(args[0])))));
      System.exit(0);
    } catch (Failure | IOException | ChicoryException failure) {
      var code = failure instanceof Failure known ? known.code : "FAILED";
      var error = Map.of("code", code, "message", String.valueOf(failure.getMessage()));
      System.out.println(JSON.writeValueAsString(Map.of("error", error)));
      System.exit(1);
    }
  }
}
