/**
 * The functions of WASI preview 1 that the guest uses, and no more: what nothing calls is not imported.
 */

// @ts-ignore: decorator
@external('wasi_snapshot_preview1', 'args_sizes_get')
export declare function args_sizes_get(count: usize, bytes: usize): i32;

// @ts-ignore: decorator
@external('wasi_snapshot_preview1', 'args_get')
export declare function args_get(pointers: usize, buffer: usize): i32;

// @ts-ignore: decorator
@external('wasi_snapshot_preview1', 'clock_time_get')
export declare function clock_time_get(clock: i32, precision: u64, time: usize): i32;

// @ts-ignore: decorator
@external('wasi_snapshot_preview1', 'fd_close')
export declare function fd_close(fd: i32): i32;

// @ts-ignore: decorator
@external('wasi_snapshot_preview1', 'fd_filestat_get')
export declare function fd_filestat_get(fd: i32, buffer: usize): i32;

// @ts-ignore: decorator
@external('wasi_snapshot_preview1', 'fd_prestat_get')
export declare function fd_prestat_get(fd: i32, buffer: usize): i32;

// @ts-ignore: decorator
@external('wasi_snapshot_preview1', 'fd_prestat_dir_name')
export declare function fd_prestat_dir_name(fd: i32, path: usize, length: usize): i32;

// @ts-ignore: decorator
@external('wasi_snapshot_preview1', 'fd_read')
export declare function fd_read(fd: i32, vectors: usize, count: usize, read: usize): i32;

// @ts-ignore: decorator
@external('wasi_snapshot_preview1', 'fd_write')
export declare function fd_write(fd: i32, vectors: usize, count: usize, written: usize): i32;

// @ts-ignore: decorator
@external('wasi_snapshot_preview1', 'path_open')
export declare function path_open(fd: i32, lookup: i32, path: usize, length: usize, oflags: i32, rights: u64, inheriting: u64, fdflags: i32, opened: usize): i32;

// @ts-ignore: decorator
@external('wasi_snapshot_preview1', 'proc_exit')
export declare function proc_exit(code: i32): void;
