// Classifies a picture: edge_kernels.wasm in wazero, limited in memory and time; the graph in ONNX Runtime.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	ort "github.com/yalue/onnxruntime_go"
)

type object = map[string]any

func fail(code, message string) {
	fmt.Println(string(must(json.Marshal(object{"error": object{"code": code, "message": message}}))))
	os.Exit(1)
}

func must[T any](value T, err error) T {
	if err != nil {
		fail("FAILED", err.Error())
	}
	return value
}

// Kernels is one instance of edge_kernels.wasm; docs/abi.md has its calls.
type Kernels struct {
	module  api.Module
	timeout time.Duration
}

func openKernels(file string, memoryMiB uint, timeout time.Duration) Kernels {
	// memory.grow beyond the limit fails; code looks at the context in every loop and function.
	config := wazero.NewRuntimeConfig().WithMemoryLimitPages(uint32(memoryMiB << 4)).WithCloseOnContextDone(true)
	runtime := wazero.NewRuntimeWithConfig(context.Background(), config)
	return Kernels{must(runtime.Instantiate(context.Background(), must(os.ReadFile(file)))), timeout}
}

// call calls an export. One that runs longer than the time limit is stopped, and the instance closed with it.
func (k Kernels) call(name string, args ...uint64) uint32 {
	ctx, cancel := context.WithTimeout(context.Background(), k.timeout)
	defer cancel()
	results, err := k.module.ExportedFunction(name).Call(ctx, args...)
	if err != nil && ctx.Err() != nil {
		fail("DEADLINE_EXCEEDED", fmt.Sprintf("%s took longer than %s", name, k.timeout))
	}
	return uint32(append(must(results, err), 0)[0])
}

// put copies data into the module: its address and length, as arguments of a call.
func (k Kernels) put(data []byte) []uint64 {
	address := k.call("edge_alloc", uint64(len(data)))
	if address == 0 || !k.module.Memory().Write(address, data) {
		fail("RUNTIME_MEMORY", fmt.Sprintf("no memory for %d bytes: raise the memory limit", len(data)))
	}
	return []uint64{uint64(address), uint64(len(data))}
}

func (k Kernels) word(at uint32) uint32 {
	word, _ := k.module.Memory().ReadUint32Le(at)
	return word
}

// span is what lies where an address and a length at `at` say: a view, valid until the next call.
func (k Kernels) span(at uint32) []byte {
	view, _ := k.module.Memory().Read(k.word(at), k.word(at+4))
	return view
}

// result calls an export that gives a result struct, and fails with the error that it may hold.
func (k Kernels) result(name string, args ...uint64) uint32 {
	at := k.call(name, args...)
	if k.word(at) != 0 {
		fail(string(k.span(at+4)), string(k.span(at+12)))
	}
	return at
}

type file struct{ Path, Sha256 string }

// runGraph runs a graph of f32 tensors.
func runGraph(graph []byte, input, output string, tensor []byte, shape ort.Shape) []byte {
	ort.SetSharedLibraryPath(os.Getenv("ORT_DYLIB_PATH"))
	must(0, ort.InitializeEnvironment())
	session := must(ort.NewDynamicAdvancedSessionWithONNXData(graph, []string{input}, []string{output}, nil))
	outputs := []ort.Value{nil}
	feed := must(ort.NewCustomDataTensor(shape, tensor, ort.TensorElementDataTypeFloat))
	must(0, session.Run([]ort.Value{feed}, outputs))
	return must(binary.Append(nil, binary.LittleEndian, outputs[0].(*ort.Tensor[float32]).GetData()))
}

func classify(k Kernels, folder string, picture []byte) object {
	var card struct {
		Version       string
		Input, Output struct{ Name, Labels string }
		Files         []file
		Graphs        []struct {
			Encoding, Precision string
			Files               []file
		}
	}
	text := must(os.ReadFile(filepath.Join(folder, "model.json")))
	must(0, json.Unmarshal(text, &card))
	graph, files := card.Graphs[0], map[string][]byte{} // the graph that the card prefers; here it must be ONNX
	for _, file := range slices.Concat(card.Files, graph.Files) {
		files[file.Path] = must(os.ReadFile(filepath.Join(folder, file.Path)))
		if fmt.Sprintf("%x", sha256.Sum256(files[file.Path])) != file.Sha256 {
			fail("MODEL_HASH_MISMATCH", file.Path+" is not the file that the card names")
		}
	}
	k.result("edge_open_card", append(k.put(text), k.put(files[card.Output.Labels])...)...)
	k.call("edge_reset") // card and labels were copied
	at := k.result("edge_preprocess", append(k.put(picture), 0, 0, 0)...)
	digest, _ := k.module.Memory().Read(k.word(at+36), 32)
	answer := object{"model_version": card.Version, "runtime": "go-wazero", "input_sha256": fmt.Sprintf("%x", digest),
		"graph": object{"encoding": graph.Encoding, "precision": graph.Precision, "provider": "cpu"}}
	shape := ort.NewShape(int64(k.word(at+48)), int64(k.word(at+52)), int64(k.word(at+56)), int64(k.word(at+60)))
	output := runGraph(files[graph.Files[0].Path], card.Input.Name, card.Output.Name, k.span(at+28), shape)
	at = k.result("edge_postprocess", append(k.put(output), 5, 0)...)
	predictions := []object{}
	for row, end := k.word(at+28), k.word(at+28)+16*k.word(at+32); row < end; row += 16 {
		predictions = append(predictions, object{"class_id": k.word(row), "label": string(k.span(row + 8)),
			"confidence": math.Float32frombits(k.word(row + 4))})
	}
	answer["predictions"] = predictions
	return answer
}

func main() {
	folder := flag.String("model", "../../models/cifar10", "folder of a model package")
	kernels := flag.String("kernels", "../../dist/wasm/edge_kernels.wasm", "the module")
	memory := flag.Uint("memory-mib", 64, "limit of the module's memory")
	timeout := flag.Uint("timeout-ms", 10_000, "limit of each call of the module")
	flag.Parse()
	k := openKernels(*kernels, *memory, time.Duration(*timeout)*time.Millisecond)
	fmt.Println(string(must(json.Marshal(classify(k, *folder, must(os.ReadFile(flag.Arg(0))))))))
}
