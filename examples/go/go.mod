module edge-infer.example/classify

go 1.25.0

require (
	github.com/tetratelabs/wazero v1.12.0
	github.com/yalue/onnxruntime_go v1.27.0
	golang.org/x/sys v0.44.0
)
