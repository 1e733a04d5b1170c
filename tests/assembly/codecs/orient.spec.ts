import { orientInto, orientSwapsSides } from '../../../assembly/codecs/orient';
import { arenaAlloc, arenaMark, arenaRelease } from '../../../assembly/memory/arena';

/** What a 3 x 2 picture of the letters abc / def becomes, top row first. */
function turned(orientation: i32, channels: i32): string {
  const mark = arenaMark();
  const src = arenaAlloc(6 * channels);
  const dst = arenaAlloc(6 * channels);
  for (let i = 0; i < 6 * channels; ++i) store<u8>(src + i, <u8>(0x61 + i / channels));
  orientInto(src, dst, 3, 2, channels, orientation);
  const out = new ArrayBuffer(6);
  for (let i = 0; i < 6; ++i)
    store<u8>(changetype<usize>(out) + i, load<u8>(dst + i * channels + channels - 1));
  arenaRelease(mark);
  return String.UTF8.decode(out);
}

describe('EXIF orientation', () => {
  it('turns and mirrors pictures of 1 to 4 channels', () => {
    for (let channels = 1; channels <= 4; ++channels) {
      expect(turned(1, channels)).toBe('abcdef');
      expect(turned(2, channels)).toBe('cbafed');
      expect(turned(3, channels)).toBe('fedcba');
      expect(turned(4, channels)).toBe('defabc');
      expect(turned(5, channels)).toBe('adbecf');
      expect(turned(6, channels)).toBe('daebfc');
      expect(turned(7, channels)).toBe('fcebda');
      expect(turned(8, channels)).toBe('cfbead');
    }
  });

  it('takes anything else as 1', () => {
    expect(turned(0, 3)).toBe('abcdef');
    expect(turned(9, 3)).toBe('abcdef');
  });

  it('exchanges the sides from 5 on', () => {
    expect(orientSwapsSides(4)).toBe(false);
    expect(orientSwapsSides(5)).toBe(true);
  });
});
