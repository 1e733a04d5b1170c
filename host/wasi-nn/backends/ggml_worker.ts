/** The worker between the caller's thread, which sleeps, and the process in which llama.cpp runs. */
import { relayCalls } from './worker_side.js';

relayCalls(new URL('./ggml_process.js', import.meta.url));
