/**
 * The list of pictures of a command: those of the command line, then the lines of --images-from.
 */

import { arenaAlloc } from '../memory/arena';
import { EXIT_INPUT, faultBegin, faultExit, faultTry, faultWhere, faultWhy } from '../fault';
import { faultMemory } from '../package';
import { OUT_OF_MEMORY } from '../status';
import { wasiErrorText } from '../wasi/errno';
import { fileBytes, fileLength, readFile } from '../wasi/files';
import { options } from './options';

/** Adds the lines of --images-from to the options' rows; the exit code. */
export function listImages(): i32 {
  if (options.imagesFrom == 0) return 0;
  const status = readFile(options.imagesFrom, options.imagesFromLength);
  if (status == OUT_OF_MEMORY) {
    faultMemory();
    return faultExit;
  }
  if (status != 0) {
    faultBegin(EXIT_INPUT, 'INPUT_UNREADABLE', 'cannot read the list of pictures');
    faultWhere(options.imagesFrom, options.imagesFromLength);
    faultWhy(wasiErrorText(status));
    faultTry('Check the path');
    return faultExit;
  }
  const end = fileBytes + fileLength;
  let lines: usize = 1;
  for (let at = fileBytes; at < end; at++) if (load<u8>(at) == 0x0a) lines++;
  const rows = arenaAlloc((lines + <usize>options.imageCount) << 3);
  if (rows == 0) {
    faultMemory();
    return faultExit;
  }
  memory.copy(rows, options.images, (<usize>options.imageCount) << 3);
  options.images = rows;
  let start = fileBytes;
  while (start < end) {
    let stop = start;
    while (stop < end && load<u8>(stop) != 0x0a) stop++;
    let length = stop - start;
    if (length > 0 && load<u8>(start + length - 1) == 0x0d) length--;
    // Empty lines name nothing. At most `lines` rows are added.
    if (length > 0) {
      const row = rows + ((<usize>options.imageCount) << 3);
      options.imageCount++;
      store<usize>(row, start);
      store<usize>(row, length, 4);
    }
    start = stop + 1;
  }
  return 0;
}
