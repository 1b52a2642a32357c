//! Pairs of tokens that make texts shorter.

use super::texts::{MAX_PAIRS, MAX_TOKEN_BYTES};
use std::collections::HashMap;

/// Bits that a pair must save: some 23 describe it, and that it saves anything at all is a guess.
const LEAST_SAVING: f64 = 80.0;
/// Rounds of pairs that are chosen together.
const MAX_ROUNDS: usize = 60;
/// Bytes of texts that pairs are chosen for, about; of more texts, only some are looked at.
const SAMPLE_BYTES: usize = 1 << 20;

/// Pairs chosen at once, and the tokens that they become.
type Round = HashMap<(u32, u32), u32>;

/// Tokens for texts, and how to cut texts into them.
#[derive(Debug)]
pub(super) struct Vocabulary {
    pub(super) is_used: [bool; 256],
    pub(super) pairs: Vec<(u32, u32)>,
    byte_tokens: [u32; 256],
    rounds: Vec<Round>,
}

impl Vocabulary {
    /// Chooses tokens for texts.
    pub(super) fn new(texts: &[&[u8]]) -> Vocabulary {
        let mut is_used = [false; 256];
        texts.iter().flat_map(|text| text.iter()).for_each(|&byte| is_used[usize::from(byte)] = true);
        let mut byte_tokens = [0; 256];
        let mut lengths = Vec::new();
        for (token, is_used) in byte_tokens.iter_mut().zip(is_used) {
            if is_used {
                *token = lengths.len() as u32;
                lengths.push(1);
            }
        }
        let mut vocabulary = Vocabulary { is_used, pairs: Vec::new(), byte_tokens, rounds: Vec::new() };
        let num_bytes: usize = texts.iter().map(|text| text.len()).sum();
        let every = num_bytes.div_ceil(SAMPLE_BYTES).max(1);
        let mut sample: Vec<Vec<u32>> = texts.iter().step_by(every).map(|text| vocabulary.cut(text)).collect();
        for _ in 0..MAX_ROUNDS {
            let chosen = vocabulary.choose(&sample, &lengths, every);
            if chosen.is_empty() {
                break;
            }
            let mut round = Round::new();
            for (one, other) in chosen {
                round.insert((one, other), lengths.len() as u32);
                lengths.push(lengths[one as usize] + lengths[other as usize]);
                vocabulary.pairs.push((one, other));
            }
            sample.iter_mut().for_each(|tokens| replace(tokens, &round));
            vocabulary.rounds.push(round);
        }
        vocabulary
    }

    /// Cuts a text, whose bytes all are used, into tokens.
    pub(super) fn cut(&self, text: &[u8]) -> Vec<u32> {
        let mut tokens = text.iter().map(|&byte| self.byte_tokens[usize::from(byte)]).collect();
        self.rounds.iter().for_each(|round| replace(&mut tokens, round));
        tokens
    }

    /// The pairs that save most, none of which begins as another ends.
    fn choose(&self, sample: &[Vec<u32>], lengths: &[usize], every: usize) -> Vec<(u32, u32)> {
        let mut counts = vec![0u32; lengths.len()];
        let mut pairs: HashMap<(u32, u32), u32> = HashMap::new();
        let mut num_tokens = sample.len() as u32;
        for tokens in sample {
            num_tokens += tokens.len() as u32;
            tokens.iter().for_each(|&token| counts[token as usize] += 1);
            for pair in tokens.windows(2) {
                *pairs.entry((pair[0], pair[1])).or_insert(0) += 1;
            }
        }
        let cost = |count: u32| f64::from(count) * libm::log2(f64::from(count.max(1)));
        let mut savings: Vec<(f64, (u32, u32))> = Vec::new();
        for (&(one, other), &count) in &pairs {
            if lengths[one as usize] + lengths[other as usize] > MAX_TOKEN_BYTES {
                continue;
            }
            // Each token takes log2(all / of its kind) bits: what changes of that when the pair is a token.
            let loss = |token: u32| {
                let before = counts[token as usize];
                cost(before) - cost(before.saturating_sub(if one == other { 2 * count } else { count }))
            };
            let parts = if one == other { loss(one) } else { loss(one) + loss(other) };
            let saving = cost(num_tokens) - cost(num_tokens - count) - parts + cost(count);
            if saving * every as f64 > LEAST_SAVING {
                savings.push((saving, (one, other)));
            }
        }
        savings.sort_by(|(one, a), (other, b)| other.total_cmp(one).then(a.cmp(b)));
        let (mut begins, mut ends) = (vec![false; lengths.len()], vec![false; lengths.len()]);
        let mut chosen = Vec::new();
        let most = (lengths.len() / 4).max(8).min(MAX_PAIRS - self.pairs.len());
        // What is worth much less than the best may be worth nothing once that is done.
        let least = savings.first().map_or(0.0, |(saving, _)| saving / 8.0);
        for (saving, (one, other)) in savings {
            if chosen.len() == most || saving < least {
                break;
            }
            if !ends[one as usize] && !begins[other as usize] && one != other || chosen.is_empty() {
                begins[one as usize] = true;
                ends[other as usize] = true;
                chosen.push((one, other));
            }
        }
        chosen
    }
}

/// Makes pairs one token, from the left.
fn replace(tokens: &mut Vec<u32>, round: &Round) {
    let (mut from, mut to) = (0, 0);
    while let Some(&one) = tokens.get(from) {
        let token = tokens.get(from + 1).and_then(|&other| round.get(&(one, other)));
        tokens[to] = token.copied().unwrap_or(one);
        from += if token.is_some() { 2 } else { 1 };
        to += 1;
    }
    tokens.truncate(to);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_often_said_becomes_one_token() {
        let texts: Vec<String> = (0..200).map(|at| format!("shoe-{at}")).collect();
        let texts: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
        let vocabulary = Vocabulary::new(&texts);
        assert_eq!(vocabulary.cut(b"shoe-7").len(), 2);
        assert!(vocabulary.cut(b"eohs-7").len() > 2);
    }
}
