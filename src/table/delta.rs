//! Checks of Parquet's delta encodings: the `parquet` crate takes room for as many values as their heads say.
//!
//! The format is that of parquet-format, `Encodings.md`: blocks of small numbers, each packed in so many bits, that are
//! differences between whole numbers; texts are their lengths in such blocks and then their bytes, with or without the
//! lengths of what they share with the text before.

use parquet::errors::ParquetError;

use super::hybrid::damaged;
use super::sizes::most_page_bytes;

/// Checks whole numbers.
pub(super) fn check_numbers(bytes: &[u8], most_values: usize) -> Result<(), ParquetError> {
    read(bytes, most_values, |_| ()).map(|_| ())
}

/// Checks texts after their lengths.
pub(super) fn check_lengths(bytes: &[u8], most_values: usize) -> Result<(), ParquetError> {
    texts(bytes, most_values).map(|_| ())
}

/// Checks texts that share their beginnings.
pub(super) fn check_prefixes(bytes: &[u8], most_values: usize) -> Result<(), ParquetError> {
    let (shared, rest) = sum_of_lengths(bytes, most_values)?;
    let all = shared.saturating_add(texts(rest, most_values)?);
    if all > most_page_bytes(bytes.len()) as u64 {
        return Err(damaged("texts of a page are longer than a page of its size can have"));
    }
    Ok(())
}

/// The bytes that texts have together.
fn texts(bytes: &[u8], most_values: usize) -> Result<u64, ParquetError> {
    let (all, rest) = sum_of_lengths(bytes, most_values)?;
    if all > rest.len() as u64 {
        return Err(damaged("a text goes beyond its page"));
    }
    Ok(all)
}

/// The sum of lengths, and what follows them.
fn sum_of_lengths(bytes: &[u8], most_values: usize) -> Result<(u64, &[u8]), ParquetError> {
    let (mut sum, mut is_negative) = (0_u64, false);
    let rest = read(bytes, most_values, |length| {
        is_negative |= length < 0;
        sum = sum.saturating_add(length.unsigned_abs());
    })?;
    if is_negative { Err(damaged("a text goes beyond its page")) } else { Ok((sum, rest)) }
}

/// Hands over numbers; gives what follows them.
fn read(bytes: &[u8], most_values: usize, mut take: impl FnMut(i64)) -> Result<&[u8], ParquetError> {
    let beyond = || damaged("numbers go beyond their page");
    let mut from = bytes;
    let varint = |from: &mut &[u8]| -> Result<u64, ParquetError> {
        let length = from.iter().take(10).position(|byte| byte & 0x80 == 0).ok_or_else(beyond)? + 1;
        let (value, rest) = from.split_at(length);
        *from = rest;
        Ok(value.iter().rev().fold(0u64, |value, &byte| value << 7 | u64::from(byte & 0x7f)))
    };
    let zigzag = |value: u64| (value >> 1) as i64 ^ -((value & 1) as i64);
    let block_size = varint(&mut from)?;
    let num_parts = varint(&mut from)?;
    let num_values = varint(&mut from)?;
    let mut value = zigzag(varint(&mut from)?);
    if num_values > most_values as u64 {
        return Err(damaged("a page has more values than it says"));
    }
    if block_size == 0
        || !block_size.is_multiple_of(128)
        || num_parts == 0
        || !block_size.is_multiple_of(num_parts)
        || block_size > 1 << 20
    {
        return Err(damaged("blocks of numbers have an impossible size"));
    }
    let part_size = (block_size / num_parts) as usize;
    if !part_size.is_multiple_of(32) {
        return Err(damaged("blocks of numbers have an impossible size"));
    }
    let mut num_left = num_values;
    if num_left > 0 {
        take(value);
        num_left -= 1;
    }
    while num_left > 0 {
        let least = zigzag(varint(&mut from)?);
        let (widths, rest) = from.split_at_checked(num_parts as usize).ok_or_else(beyond)?;
        from = rest;
        for &width in widths {
            if num_left == 0 {
                break;
            }
            if width > 64 {
                return Err(damaged("a number has more than 64 bits"));
            }
            let num_bytes = part_size / 8 * usize::from(width);
            let packed = from.get(..num_bytes.min(from.len())).unwrap_or_default();
            let taken = num_left.min(part_size as u64) as usize;
            // Writers may cut the padding of the last part off.
            if packed.len() * 8 < taken * usize::from(width) {
                return Err(beyond());
            }
            let (mut bits, mut num_bits, mut next) = (0u128, 0u32, packed.iter());
            for _ in 0..taken {
                while num_bits < u32::from(width) {
                    bits |= u128::from(next.next().copied().unwrap_or(0)) << num_bits;
                    num_bits += 8;
                }
                let difference = (bits & ((1u128 << width) - 1)) as u64;
                bits >>= width;
                num_bits -= u32::from(width);
                value = value.wrapping_add(least).wrapping_add(difference as i64);
                take(value);
            }
            num_left -= taken as u64;
            from = &from[packed.len()..];
        }
    }
    Ok(from)
}
