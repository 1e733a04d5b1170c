//! fast_image_resize as a command: the same standard input and output as assembly/entries/bench_resize.ts.

use std::io::{Read, Result, Write, stdin, stdout};
use std::time::Instant;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

fn main() -> Result<()> {
    let mut input = stdin().lock();
    let mut head = [0; 32];
    input.read_exact(&mut head)?;
    let [_, filter, _, src_width, src_height, width, height, runs] =
        std::array::from_fn(|i| u32::from_le_bytes(head[4 * i..][..4].try_into().unwrap()));
    let mut pixels = vec![0; src_width as usize * src_height as usize * 3];
    input.read_exact(&mut pixels)?;

    let filter = match filter {
        2 => FilterType::Bilinear,
        5 => FilterType::Lanczos3,
        _ => panic!("a filter that is not measured"),
    };
    let source = ImageRef::new(src_width, src_height, &pixels, PixelType::U8x3).unwrap();
    let mut resized = Image::new(width, height, PixelType::U8x3);
    let mut resizer = Resizer::new();
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    let mut output = stdout().lock();
    for _ in 0..runs {
        let start = Instant::now();
        resizer.resize(&source, &mut resized, &options).unwrap();
        let spent = start.elapsed().as_nanos() as u64;
        output.write_all(&spent.to_le_bytes())?;
    }
    output.write_all(resized.buffer())?;
    output.flush()
}
