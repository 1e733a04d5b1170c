/** What the adapter needs of the module that it adapts. */

/** The main module's allocator; a module without one gets one that gives whole pages of 64 KiB only. */
// @ts-ignore: decorator
@external('__main_module__', 'cabi_realloc')
export declare function mainRealloc(old: usize, oldSize: usize, align: usize, size: usize): usize;
