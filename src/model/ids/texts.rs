//! Ids of no common shape: sorted by their bytes, each by what it does not share with the one before.
//!
//! The rest of an id is a row of tokens, bytes or two tokens put together (Gage 1994, byte pair encoding), with static
//! frequencies.

use super::code::{Coder, NumberCode, SymbolCode};
use super::limits::{CHUNK, MAX_ID_BYTES, at_most, fault};
use crate::model::bytes::{DecodeError, Expected};
use crate::model::coder::{Decoder, FRESH};

/// Tokens that are pairs of others, at most.
pub(super) const MAX_PAIRS: usize = 4096;
/// Bytes of a token, at most.
pub(super) const MAX_TOKEN_BYTES: usize = 64;
/// The symbol that ends a text; token `t` is symbol `t + 1`.
pub(super) const END: u32 = 0;

/// Texts one after the other in one buffer.
#[derive(Clone, Debug, Default)]
pub(super) struct TextList {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl TextList {
    fn push(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.ends.push(self.bytes.len() as u32);
    }

    pub(super) fn get(&self, at: usize) -> Option<&[u8]> {
        let start = at.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.bytes.get(start as usize..*self.ends.get(at)? as usize)
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn num_text(&self) -> usize {
        self.bytes.len()
    }

    /// Bytes that it takes in memory.
    pub(super) fn num_bytes(&self) -> usize {
        self.bytes.len() + 4 * self.ends.len()
    }

    /// Gives the number of texts, which are sorted, that are at most `text`.
    pub(super) fn num_up_to(&self, text: &[u8]) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = (low + high) / 2;
            if self.get(middle).is_some_and(|other| other <= text) { low = middle + 1 } else { high = middle }
        }
        low
    }
}

/// The parts of a text.
#[derive(Clone, Debug, Default)]
pub(super) struct Tokens {
    list: TextList,
}

impl Tokens {
    /// Writes or reads the bytes that occur and the pairs of tokens that are tokens.
    pub(super) fn describe(
        coder: &mut impl Coder,
        is_used: &[bool; 256],
        pairs: &[(u32, u32)],
    ) -> Result<Tokens, DecodeError> {
        let mut tokens = Tokens::default();
        let mut contexts = [FRESH; 2];
        let mut was_used = false;
        for (byte, &is_used) in (0u8..=255).zip(is_used) {
            let [after_unused, after_used] = &mut contexts;
            was_used = coder.adaptive(if was_used { after_used } else { after_unused }, || is_used);
            if was_used {
                tokens.list.push(&[byte]);
            }
        }
        let num_pairs = coder.uniform(MAX_PAIRS as u32 + 1, || pairs.len() as u32);
        let mut both = Vec::new();
        for at in 0..num_pairs as usize {
            let (one, other) = pairs.get(at).copied().unwrap_or((0, 0));
            let num_tokens = tokens.len().max(1);
            both.clear();
            for &value in &[one, other] {
                let token = coder.uniform(num_tokens, || value);
                both.extend_from_slice(tokens.list.get(token as usize).unwrap_or(&[]));
            }
            at_most("bytes of a token", both.len() as u128, MAX_TOKEN_BYTES)?;
            tokens.list.push(&both);
        }
        Ok(tokens)
    }

    pub(super) fn len(&self) -> u32 {
        self.list.len() as u32
    }
}

/// A decoder of texts.
#[derive(Clone, Debug)]
pub(super) struct Texts {
    pub(super) tokens: Tokens,
    /// Frequencies of [`END`] and the tokens.
    pub(super) symbols: SymbolCode,
    /// Bytes that a text shares with the one before.
    pub(super) shared: NumberCode,
    /// For each chunk but the first a text that is at most its first one, and more than all before.
    pub(super) separators: TextList,
    /// Bytes of all texts together.
    pub(super) num_bytes: usize,
}

impl Texts {
    /// Reads how texts are written and the separators of their chunks.
    pub(super) fn read(from: &mut Decoder, num_texts: usize, most_bytes: usize) -> Result<Texts, DecodeError> {
        let num_bytes = at_most("bytes of all texts", from.any(0), most_bytes)?;
        let tokens = Tokens::describe(from, &[false; 256], &[])?;
        let symbols = SymbolCode::describe(from, tokens.len() + 1, &[]);
        let shared = NumberCode::describe(from, []);
        let shared_separators = NumberCode::describe(from, []);
        let mut texts = Texts { tokens, symbols, shared, separators: TextList::default(), num_bytes };
        let mut separator = Vec::new();
        let mut separators = TextList::default();
        for at in 1..num_texts.div_ceil(CHUNK) {
            let left = texts.num_bytes.saturating_sub(separators.bytes.len());
            if !texts.next(from, &shared_separators, &mut separator, left, at > 1)? {
                return Err(fault("separator", at as u64, Expected::Text("one behind that before it")));
            }
            separators.push(&separator);
        }
        texts.separators = separators;
        Ok(texts)
    }

    /// Reads the text after `text`, which takes its place; whether it is one behind it, or at least not one before it.
    fn next(
        &self,
        from: &mut Decoder,
        shared: &NumberCode,
        text: &mut Vec<u8>,
        most_bytes: usize,
        is_behind: bool,
    ) -> Result<bool, DecodeError> {
        let shared = at_most("bytes that a text shares", shared.number(from, 0), text.len())?;
        let over = text.get(shared).copied();
        text.truncate(shared);
        loop {
            let symbol = from.symbol(&self.symbols, 0);
            let Some(token) = symbol.checked_sub(END + 1) else { break };
            let Some(token) = self.tokens.list.get(token as usize).filter(|token| !token.is_empty()) else {
                return Err(fault("token", token.into(), Expected::AtMost(self.tokens.len().into())));
            };
            text.extend_from_slice(token);
            at_most("bytes of a text", text.len() as u128, MAX_ID_BYTES.min(most_bytes))?;
        }
        // Sorted: the first byte that differs is larger, and any is larger than none.
        Ok(match (over, text.get(shared)) {
            (over, Some(&byte)) => over.is_none_or(|over| byte > over),
            (None, None) => !is_behind,
            (Some(_), None) => false,
        })
    }

    /// Reads the `num_texts` texts of a chunk, which have `most_bytes` bytes at most.
    pub(super) fn chunk(
        &self,
        at: usize,
        stream: &[u8],
        num_texts: usize,
        most_bytes: usize,
        mut each: impl FnMut(&str),
    ) -> Result<TextList, DecodeError> {
        let mut from = Decoder::new(stream);
        let before = at.checked_sub(1).and_then(|before| self.separators.get(before)).unwrap_or(&[]);
        let mut text = before.to_vec();
        let mut list = TextList::default();
        for number in 0..num_texts {
            let left = most_bytes.saturating_sub(list.bytes.len());
            if !self.next(&mut from, &self.shared, &mut text, left, number > 0)? {
                return Err(fault("text", number as u64, Expected::Text("one behind that before it")));
            }
            let id = std::str::from_utf8(&text);
            each(id.map_err(|_| fault("text", number as u64, Expected::Text("UTF-8")))?);
            list.push(&text);
        }
        let is_before = self.separators.get(at).is_none_or(|behind| *text < *behind);
        if !is_before || !from.is_done() {
            return Err(fault("chunk of texts", at as u64, Expected::Text("one as long and sorted as it should be")));
        }
        Ok(list)
    }
}
