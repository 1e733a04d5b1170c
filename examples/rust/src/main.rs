//! Classifies a picture: edge_kernels.cwasm in Wasmtime, limited in memory and time; the graph in ONNX Runtime.

use ort::{inputs, session::Session, value::Tensor};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{env, error::Error, fs, path::Path, process::ExitCode, thread, time::Duration};
use wasmtime::{Config, Engine, Instance, Memory, Module, Store, StoreLimits, StoreLimitsBuilder, Trap, Val};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// An error as edge-infer has them: code and message.
fn failure<T>(code: &str, message: String) -> Result<T> {
    Err(json!({ "code": code, "message": message }).to_string().into())
}

fn described(error: &str) -> Value {
    serde_json::from_str(error).unwrap_or_else(|_| json!({ "code": "FAILED", "message": error }))
}

/// One instance of edge_kernels.wasm; docs/abi.md has its calls.
struct Kernels {
    store: Store<StoreLimits>,
    instance: Instance,
    memory: Memory,
    timeout_ms: u64,
}

impl Kernels {
    fn open(file: &str, memory_mib: usize, timeout_ms: u64) -> Result<Self> {
        // Code looks at the epoch in every loop and function.
        let engine = Engine::new(Config::new().epoch_interruption(true))?;
        // SAFETY: this runs the native code in the file; it must be the output of `wasmtime compile`, made by you.
        let module = unsafe { Module::deserialize_file(&engine, file) }.map_err(|error| format!("{error:#}"))?;
        let mut store = Store::new(&engine, StoreLimitsBuilder::new().memory_size(memory_mib << 20).build());
        store.limiter(|limits| limits); // memory.grow beyond it fails
        store.set_epoch_deadline(timeout_ms);
        thread::spawn(move || {
            loop {
                thread::sleep(Duration::from_millis(1));
                engine.increment_epoch(); // a clock of milliseconds
            }
        });
        let instance = Instance::new(&mut store, &module, &[])?;
        let memory = instance.get_memory(&mut store, "memory").ok_or("the module has no memory")?;
        Ok(Self { store, instance, memory, timeout_ms })
    }

    /// Calls an export; one that runs longer than the time limit is stopped.
    fn call(&mut self, name: &str, args: &[Val]) -> Result<usize> {
        self.store.set_epoch_deadline(self.timeout_ms);
        let function = self.instance.get_func(&mut self.store, name).ok_or("the module lacks an export")?;
        let mut results = vec![Val::I32(0); function.ty(&self.store).results().len()];
        match function.call(&mut self.store, args, &mut results) {
            Err(error) if error.downcast_ref::<Trap>() == Some(&Trap::Interrupt) => {
                failure("DEADLINE_EXCEEDED", format!("{name} took longer than {} ms", self.timeout_ms))
            }
            Err(error) => failure("WORKER_TRAPPED", format!("{name} trapped: {error}")),
            Ok(()) => Ok(results.first().map_or(0, |result| result.unwrap_i32() as u32 as usize)),
        }
    }

    /// Copies data into the module: its address and length, as arguments of a call.
    fn put(&mut self, data: &[u8]) -> Result<[Val; 2]> {
        let address = self.call("edge_alloc", &[Val::I32(data.len() as i32)])?;
        if address == 0 {
            return failure("RUNTIME_MEMORY", format!("no memory for {} bytes: raise the limit", data.len()));
        }
        self.memory.write(&mut self.store, address, data)?;
        Ok([Val::I32(address as i32), Val::I32(data.len() as i32)])
    }

    fn bytes_at(&self, address: usize, length: usize) -> &[u8] {
        &self.memory.data(&self.store)[address..address + length]
    }

    fn word(&self, at: usize) -> usize {
        u32::from_le_bytes(self.bytes_at(at, 4).try_into().unwrap()) as usize
    }

    fn text(&self, at: usize) -> String {
        String::from_utf8_lossy(self.bytes_at(self.word(at), self.word(at + 4))).into_owned()
    }

    /// Calls an export that gives a result struct; fails with the error that it may hold.
    fn result(&mut self, name: &str, args: &[Val]) -> Result<usize> {
        let at = self.call(name, args)?;
        if self.word(at) == 0 { Ok(at) } else { failure(&self.text(at + 4), self.text(at + 12)) }
    }
}

/// A file of the package, whose hash the card vouches for.
fn read_checked(folder: &Path, file: &Value) -> Result<Vec<u8>> {
    let path = file["path"].as_str().unwrap_or_default();
    let data = fs::read(folder.join(path))?;
    let intact = format!("{:x}", Sha256::digest(&data)) == file["sha256"];
    if intact { Ok(data) } else { failure("MODEL_HASH_MISMATCH", path.into()) }
}

fn find<'a>(list: &'a Value, key: &str, value: &Value) -> Result<&'a Value> {
    let found = list.as_array().and_then(|list| list.iter().find(|entry| entry[key] == *value));
    found.ok_or_else(|| format!("the card has no {key} {value}").into())
}

fn run_graph(graph: &[u8], tensor: &[u8], shape: Vec<usize>) -> Result<Vec<u8>> {
    let mut session = Session::builder()?.with_intra_threads(1)?.commit_from_memory(graph)?;
    let floats: Vec<f32> = tensor.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
    let outputs = session.run(inputs![Tensor::from_array((shape, floats))?])?;
    let (_, values) = outputs[0].try_extract_tensor::<f32>()?;
    Ok(values.iter().flat_map(|value| value.to_le_bytes()).collect())
}

fn classify(kernels: &mut Kernels, folder: &Path, picture: &[u8]) -> Result<Value> {
    let text = fs::read(folder.join("model.json"))?;
    let card: Value = serde_json::from_slice(&text)?;
    let graph = find(&card["graphs"], "encoding", &json!("onnx"))?;
    let labels = read_checked(folder, find(&card["files"], "path", &card["output"]["labels"])?)?;
    let args = [kernels.put(&text)?, kernels.put(&labels)?].concat();
    kernels.result("edge_open_card", &args)?;
    kernels.call("edge_reset", &[])?; // card and labels were copied
    let args = [&kernels.put(picture)?[..], &[Val::I32(0), Val::I32(0), Val::I32(0)]].concat();
    let at = kernels.result("edge_preprocess", &args)?;
    let sha256: String = kernels.bytes_at(kernels.word(at + 36), 32).iter().map(|b| format!("{b:02x}")).collect();
    let shape = (0..4).map(|i| kernels.word(at + 48 + 4 * i)).collect();
    let tensor = kernels.bytes_at(kernels.word(at + 28), kernels.word(at + 32));
    let output = run_graph(&read_checked(folder, &graph["files"][0])?, tensor, shape)?;
    let args = [&kernels.put(&output)?[..], &[Val::I32(5), Val::F32(0)]].concat();
    let at = kernels.result("edge_postprocess", &args)?;
    let mut predictions = Vec::new();
    for row in (0..kernels.word(at + 32)).map(|i| kernels.word(at + 28) + 16 * i) {
        let confidence = f32::from_bits(kernels.word(row + 4) as u32);
        predictions
            .push(json!({ "class_id": kernels.word(row), "label": kernels.text(row + 8), "confidence": confidence }));
    }
    Ok(json!({ "predictions": predictions, "model_version": card["version"], "runtime": "rust-wasmtime",
        "graph": { "encoding": "onnx", "precision": graph["precision"], "provider": "cpu" }, "input_sha256": sha256 }))
}

/// Arguments: picture, folder of a model package, module, limit of its memory in MiB, limit of each call in ms.
fn run(args: &[String]) -> Result<Value> {
    let [picture, folder, module, memory, timeout] = args else { return Err("give five arguments".into()) };
    let mut kernels = Kernels::open(module, memory.parse()?, timeout.parse()?)?;
    classify(&mut kernels, Path::new(folder), &fs::read(picture)?)
}

fn main() -> ExitCode {
    let answer = run(&env::args().skip(1).collect::<Vec<_>>());
    let failed = answer.is_err();
    println!("{}", answer.unwrap_or_else(|error| json!({ "error": described(&error.to_string()) })));
    ExitCode::from(failed as u8)
}
