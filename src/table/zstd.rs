//! Zstandard: the C library where there is one, else the `ruzstd` crate, which is several times slower.

use std::io::{self, BufRead, Read};

/// Decompresses all frames of a stream.
///
/// # Errors
/// The library's state cannot be made. Reading fails with [`io::ErrorKind::UnexpectedEof`] where the stream is cut off.
#[cfg(not(target_family = "wasm"))]
pub fn zstd_decoder<'r>(from: impl BufRead + 'r) -> io::Result<Box<dyn Read + 'r>> {
    Ok(Box::new(zstd::Decoder::with_buffer(from)?))
}

/// Decompresses all frames of a stream.
///
/// # Errors
/// None here. Reading fails with [`io::ErrorKind::UnexpectedEof`] where the stream is cut off.
#[cfg(target_family = "wasm")]
pub fn zstd_decoder<'r>(from: impl BufRead + 'r) -> io::Result<Box<dyn Read + 'r>> {
    Ok(Box::new(frames::Frames::new(from)))
}

#[cfg(any(test, target_family = "wasm"))]
pub(super) mod frames {
    //! Frame after frame, in Rust alone.

    use std::error::Error;
    use std::io::{self, BufRead, Read};

    use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
    use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

    /// Decompresses all frames of a stream.
    pub(in crate::table) struct Frames<R> {
        from: R,
        decoder: FrameDecoder,
        is_inside: bool,
    }

    impl<R: BufRead> Frames<R> {
        pub(in crate::table) fn new(from: R) -> Frames<R> {
            Frames { from, decoder: FrameDecoder::new(), is_inside: false }
        }

        /// Begins the next frame; whether there is one.
        fn begin(&mut self) -> io::Result<bool> {
            loop {
                if self.from.fill_buf()?.is_empty() {
                    return Ok(false);
                }
                match self.decoder.reset(&mut self.from) {
                    Ok(()) => return Ok(true),
                    Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                        length, ..
                    })) => {
                        let skipped = io::copy(&mut (&mut self.from).take(length.into()), &mut io::sink())?;
                        if skipped < length.into() {
                            return Err(io::ErrorKind::UnexpectedEof.into());
                        }
                    }
                    Err(error) => return Err(in_kind(error)),
                }
            }
        }
    }

    impl<R: BufRead> Read for Frames<R> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if buffer.is_empty() {
                return Ok(0);
            }
            loop {
                if !self.is_inside {
                    self.is_inside = self.begin()?;
                    if !self.is_inside {
                        return Ok(0);
                    }
                }
                while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                    self.decoder
                        .decode_blocks(&mut self.from, BlockDecodingStrategy::UptoBlocks(1))
                        .map_err(in_kind)?;
                }
                match self.decoder.read(buffer)? {
                    0 => self.is_inside = false,
                    bytes => return Ok(bytes),
                }
            }
        }
    }

    /// The error as one of reading, with the kind of the one that it came from.
    fn in_kind(error: FrameDecoderError) -> io::Error {
        let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
        let mut kind = io::ErrorKind::InvalidData;
        while let Some(inner) = cause {
            if let Some(of_reading) = inner.downcast_ref::<io::Error>() {
                kind = of_reading.kind();
            }
            cause = inner.source();
        }
        io::Error::new(kind, error)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read};

    use super::frames::Frames;

    fn unpack(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut unpacked = Vec::new();
        Frames::new(bytes).read_to_end(&mut unpacked)?;
        Ok(unpacked)
    }

    /// Text that compresses, of more than one block.
    fn text() -> Vec<u8> {
        (0..60_000_u32)
            .flat_map(|number| format!("{},", number.wrapping_mul(2_654_435_761) >> 12).into_bytes())
            .collect()
    }

    #[test]
    fn frames_one_after_the_other_are_read_to_the_end_and_others_skipped() {
        let (first, second) = (text(), b"and more".to_vec());
        let mut bytes = zstd::encode_all(&first[..], 3).unwrap();
        // A frame to be skipped: its mark, its length, and what is in it.
        bytes.extend([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9]);
        bytes.extend(zstd::encode_all(&second[..], 19).unwrap());
        assert!(unpack(&bytes).unwrap() == [first, second].concat());
        assert!(unpack(&[]).unwrap().is_empty());
    }

    #[test]
    fn what_is_cut_off_says_so_wherever_it_is_cut() {
        let whole = zstd::encode_all(&text()[..], 3).unwrap();
        for end in [1, 5, 9, 11, whole.len() / 2, whole.len() - 1] {
            assert_eq!(unpack(&whole[..end]).unwrap_err().kind(), io::ErrorKind::UnexpectedEof, "{end}");
        }
    }

    #[test]
    fn what_is_no_zstd_is_an_error() {
        assert_eq!(unpack(b"no such mark").unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
