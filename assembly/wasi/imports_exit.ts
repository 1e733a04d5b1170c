/**
 * `wasi:cli/exit@0.2.12`, lowered by the canonical ABI. WASI preview 1's proc_exit ends as `exit(result)` in a
 * component, which knows only good or bad; this one, stable since 0.2.12, keeps the exit code.
 */

// @ts-ignore: decorator
@external('wasi:cli/exit@0.2.12', 'exit-with-code')
export declare function exitWithCode(code: i32): void;
