//! CRC-32 (ISO-HDLC, the one of PNG and gzip): finds every flipped bit and every burst of up to 32 bits.
//!
//! Its tables are computed when needed, 8 kB in a fraction of a millisecond: as constants every shopper would
//! download them, and they do not compress.

/// `tables[k][b]`: the remainder of byte `b` followed by `k` zero bytes (slicing by 8, Kounavis and Berry 2005).
#[derive(Debug)]
pub(super) struct Crc32 {
    tables: [[u32; 256]; 8],
}

impl Crc32 {
    pub(super) fn new() -> Crc32 {
        let shift = |crc: u32| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        let bytes: [u32; 256] = std::array::from_fn(|byte| (0..8).fold(byte as u32, |crc, _| shift(crc)));
        let mut tables = [bytes; 8];
        for k in 1..8 {
            tables[k] = tables[k - 1].map(|crc| (crc >> 8) ^ bytes[(crc & 255) as usize]);
        }
        Crc32 { tables }
    }

    /// The checksum of the parts, one after the other.
    pub(super) fn of(&self, parts: &[&[u8]]) -> u32 {
        !parts.iter().fold(u32::MAX, |crc, part| self.update(crc, part))
    }

    fn update(&self, mut crc: u32, bytes: &[u8]) -> u32 {
        let t = &self.tables;
        let (chunks, rest) = bytes.as_chunks::<8>();
        for &[a, b, c, d, e, f, g, h] in chunks {
            let [a, b, c, d] = (crc ^ u32::from_le_bytes([a, b, c, d])).to_le_bytes();
            crc = t[7][usize::from(a)]
                ^ t[6][usize::from(b)]
                ^ t[5][usize::from(c)]
                ^ t[4][usize::from(d)]
                ^ t[3][usize::from(e)]
                ^ t[2][usize::from(f)]
                ^ t[1][usize::from(g)]
                ^ t[0][usize::from(h)];
        }
        for byte in rest {
            crc = (crc >> 8) ^ t[0][usize::from(crc.to_le_bytes()[0] ^ byte)];
        }
        crc
    }
}

#[cfg(all(test, feature = "read"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_check_value_of_the_catalogue_comes_out() {
        assert_eq!(Crc32::new().of(&[b"123456789"]), 0xcbf4_3926);
        assert_eq!(Crc32::new().of(&[]), 0);
    }

    proptest! {
        #[test]
        fn parts_make_the_same_checksum_as_the_whole(
            bytes in prop::collection::vec(any::<u8>(), 0..100),
            cut in 0usize..100,
        ) {
            let crc = Crc32::new();
            let (head, tail) = bytes.split_at(cut.min(bytes.len()));
            prop_assert_eq!(crc.of(&[head, tail]), crc.of(&[&bytes]));
            let naive = bytes.iter().fold(u32::MAX, |sum, &byte| {
                (0..8).fold(sum ^ u32::from(byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 })
            });
            prop_assert_eq!(crc.of(&[&bytes]), !naive);
        }
    }
}
