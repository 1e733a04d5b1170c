//! `wasmtime` with the ONNX and OpenVINO backends of WASI-NN.
//!
//! Only the command line is taken apart here; `run`, `compile` and `serve` are Wasmtime's own.
//! The reason for this crate: `wasmtime-cli` cannot switch on `wasmtime-wasi-nn/onnx` by itself in a way that compiles.

use clap::{Parser, Subcommand};
use wasmtime_cli::commands::{CompileCommand, RunCommand, ServeCommand};

/// Version of Wasmtime that is built in (see Cargo.toml).
const WASMTIME_VERSION: &str = "48.0.8";

#[derive(Parser)]
#[command(
    name = "wasmtime",
    version = WASMTIME_VERSION,
    about = "Wasmtime WebAssembly runtime, built by edge-infer with WASI-NN for ONNX and OpenVINO"
)]
struct Wasmtime {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs a WebAssembly module or component.
    Run(RunCommand),
    /// Compiles a WebAssembly module or component ahead of time.
    Compile(CompileCommand),
    /// Serves requests from a wasi:http component.
    Serve(ServeCommand),
}

fn main() -> wasmtime::Result<()> {
    match Wasmtime::parse().command {
        Command::Run(command) => command.execute(),
        Command::Compile(command) => command.execute(),
        Command::Serve(command) => command.execute(),
    }
}
