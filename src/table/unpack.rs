//! Unpacks pages of Parquet, to so many bytes at most.
//!
//! The `parquet` crate takes room for as many bytes as the head of a page says, two thousand million if it likes, and
//! reads no zstd in the browser. It gets pages that are unpacked.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;
use parquet::basic::Compression;

use super::sizes::most_page_bytes;
use super::zstd::zstd_decoder;

/// Adds what a page unpacks to to `bytes`.
///
/// # Errors
/// It is damaged, packed in a way that is not known, or unpacks to more than [`most_page_bytes`].
pub(super) fn unpack(packed: &[u8], with: Compression, bytes: &mut Vec<u8>) -> io::Result<()> {
    let most = most_page_bytes(packed.len());
    match with {
        Compression::UNCOMPRESSED => bytes.extend_from_slice(packed),
        Compression::GZIP(_) => read_to(MultiGzDecoder::new(packed), most, bytes)?,
        Compression::ZSTD(_) => read_to(zstd_decoder(packed)?, most, bytes)?,
        Compression::SNAPPY => {
            let length = snap::raw::decompress_len(packed).map_err(io::Error::other)?;
            let room = room(bytes, length, most)?;
            snap::raw::Decoder::new().decompress(packed, room).map_err(io::Error::other)?;
        }
        Compression::LZ4_RAW => block(packed, most, bytes)?,
        Compression::LZ4 => {
            // Writers of three kinds say this of their pages.
            let start = bytes.len();
            if hadoop(packed, most, bytes).is_ok() {
                return Ok(());
            }
            bytes.truncate(start);
            if read_to(lz4_flex::frame::FrameDecoder::new(packed), most, bytes).is_ok() {
                return Ok(());
            }
            bytes.truncate(start);
            block(packed, most, bytes)?;
        }
        other => return Err(io::Error::other(format!("pages packed with {other} are not read"))),
    }
    Ok(())
}

fn too_large(most: usize) -> io::Error {
    io::Error::new(
        io::ErrorKind::FileTooLarge,
        format!("it unpacks to more than the {most} bytes that one of its size may"),
    )
}

/// Room for `length` bytes more.
fn room(bytes: &mut Vec<u8>, length: usize, most: usize) -> io::Result<&mut [u8]> {
    if length > most {
        return Err(too_large(most));
    }
    let start = bytes.len();
    bytes.resize(start + length, 0);
    Ok(&mut bytes[start..])
}

fn read_to(from: impl Read, most: usize, bytes: &mut Vec<u8>) -> io::Result<()> {
    let read = from.take(most as u64 + 1).read_to_end(bytes)?;
    if read > most { Err(too_large(most)) } else { Ok(()) }
}

/// A block of LZ4, which does not say how long it is.
fn block(packed: &[u8], most: usize, bytes: &mut Vec<u8>) -> io::Result<()> {
    let start = bytes.len();
    let mut length = packed.len().saturating_mul(4).clamp(1 << 12, most);
    loop {
        let unpacked = lz4_flex::block::decompress_into(packed, room(bytes, length, most)?);
        match unpacked {
            Ok(length) => {
                bytes.truncate(start + length);
                return Ok(());
            }
            Err(lz4_flex::block::DecompressError::OutputTooSmall { .. }) if length < most => {
                bytes.truncate(start);
                length = length.saturating_mul(4).min(most);
            }
            Err(lz4_flex::block::DecompressError::OutputTooSmall { .. }) => return Err(too_large(most)),
            Err(error) => return Err(io::Error::other(error)),
        }
    }
}

/// Blocks of LZ4 as Hadoop writes them, each after its two lengths.
fn hadoop(mut packed: &[u8], most: usize, bytes: &mut Vec<u8>) -> io::Result<()> {
    let broken = || io::Error::from(io::ErrorKind::InvalidData);
    let mut left = most;
    while !packed.is_empty() {
        let (length, rest) = packed.split_first_chunk().ok_or_else(broken)?;
        let (packed_length, rest) = rest.split_first_chunk().ok_or_else(broken)?;
        let length = u32::from_be_bytes(*length) as usize;
        let (block, rest) = rest.split_at_checked(u32::from_be_bytes(*packed_length) as usize).ok_or_else(broken)?;
        let found = lz4_flex::block::decompress_into(block, room(bytes, length, left)?).map_err(io::Error::other)?;
        if found != length {
            return Err(broken());
        }
        left -= length;
        packed = rest;
    }
    Ok(())
}
