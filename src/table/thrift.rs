//! Thrift's compact protocol, in which Parquet writes what it says of itself: nothing is believed, and nothing takes
//! more steps than there are bytes.
//!
//! <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>

use parquet::errors::ParquetError;

use super::hybrid::damaged;

/// Structs and lists in one another at most.
const MAX_DEPTH: usize = 32;

/// A value's type, as the protocol numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind(u8);

const STOP: Kind = Kind(0);
const BYTE: Kind = Kind(3);
const DOUBLE: Kind = Kind(7);
const BINARY: Kind = Kind(8);
const LIST: Kind = Kind(9);
const SET: Kind = Kind(10);
const STRUCT: Kind = Kind(12);
const UUID: Kind = Kind(13);

impl Kind {
    /// True for a truth; its value is in the type.
    pub(super) const fn truth(self) -> Option<bool> {
        match self.0 {
            1 => Some(true),
            2 => Some(false),
            _ => None,
        }
    }

    pub(super) const fn is_number(self) -> bool {
        matches!(self.0, 4..=6)
    }
}

/// The make of a value. Fields without a form may be of any.
pub(super) enum Form {
    Truth,
    Byte,
    Number,
    Double,
    Binary,
    List(&'static Form),
    Struct(&'static [(i16, Form)]),
}

impl Form {
    const fn is(&self, kind: Kind) -> bool {
        match self {
            Form::Truth => kind.truth().is_some(),
            Form::Byte => kind.0 == BYTE.0,
            Form::Number => kind.is_number(),
            Form::Double => kind.0 == DOUBLE.0,
            Form::Binary => kind.0 == BINARY.0,
            Form::List(_) => kind.0 == LIST.0,
            Form::Struct(_) => kind.0 == STRUCT.0,
        }
    }
}

/// Bytes in the protocol, read from first to last.
pub(super) struct Thrift<'a> {
    pub(super) rest: &'a [u8],
    depth: usize,
}

fn expect(form: &Form, kind: Kind) -> Result<(), ParquetError> {
    if form.is(kind) { Ok(()) } else { Err(damaged("its footer or the head of a page has a value of another type")) }
}

fn ends_early() -> ParquetError {
    ParquetError::EOF("its footer or the head of a page ends early".to_owned())
}

impl<'a> Thrift<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Thrift<'a> {
        Thrift { rest: bytes, depth: 0 }
    }

    fn byte(&mut self) -> Result<u8, ParquetError> {
        let (&byte, rest) = self.rest.split_first().ok_or_else(ends_early)?;
        self.rest = rest;
        Ok(byte)
    }

    fn skip_bytes(&mut self, length: u64) -> Result<(), ParquetError> {
        let rest = usize::try_from(length).ok().and_then(|length| self.rest.get(length..));
        self.rest = rest.ok_or_else(ends_early)?;
        Ok(())
    }

    /// A whole number of seven bits a byte, the lowest first.
    fn unsigned(&mut self) -> Result<u64, ParquetError> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(damaged("a number in its footer or the head of a page has more than 64 bits"))
    }

    /// A whole number whose lowest bit is its sign.
    fn signed(&mut self) -> Result<i64, ParquetError> {
        let number = self.unsigned()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    /// The number of a field of this type.
    ///
    /// # Errors
    /// The field is no number.
    pub(super) fn number(&mut self, kind: Kind) -> Result<i64, ParquetError> {
        expect(&Form::Number, kind)?;
        self.signed()
    }

    /// Calls `take` for each field of a struct, with its number and type, to read or skip it.
    pub(super) fn fields(
        &mut self,
        mut take: impl FnMut(&mut Self, i16, Kind) -> Result<(), ParquetError>,
    ) -> Result<(), ParquetError> {
        let mut field = 0_i16;
        loop {
            let head = self.byte()?;
            let kind = Kind(head & 15);
            if kind == STOP {
                return Ok(());
            }
            field = match head >> 4 {
                0 => i16::try_from(self.signed()?).map_err(|_| damaged("a field has an impossible number"))?,
                step => field.checked_add(step.into()).ok_or_else(|| damaged("a field has an impossible number"))?,
            };
            take(self, field, kind)?;
        }
    }

    /// Reads the fields of a field that is a struct; see [`Thrift::fields`].
    pub(super) fn inner(
        &mut self,
        kind: Kind,
        take: impl FnMut(&mut Self, i16, Kind) -> Result<(), ParquetError>,
    ) -> Result<(), ParquetError> {
        expect(&Form::Struct(&[]), kind)?;
        self.fields(take)
    }

    /// Calls `check` with the length of a list of structs, and `take` for each of them.
    pub(super) fn structs(
        &mut self,
        kind: Kind,
        check: impl FnOnce(usize) -> Result<(), ParquetError>,
        mut take: impl FnMut(&mut Self) -> Result<(), ParquetError>,
    ) -> Result<(), ParquetError> {
        expect(&Form::List(&Form::Truth), kind)?;
        let (length, kind) = self.list()?;
        if length > 0 {
            expect(&Form::Struct(&[]), kind)?;
        }
        check(length)?;
        (0..length).try_for_each(|_| take(self))
    }

    /// Goes past the value of a field of a struct of these fields.
    pub(super) fn pass(&mut self, fields: &[(i16, Form)], field: i16, kind: Kind) -> Result<(), ParquetError> {
        match fields.iter().find(|(number, _)| *number == field) {
            Some((_, form)) => self.pass_form(form, kind),
            None => self.skip(kind),
        }
    }

    fn pass_form(&mut self, form: &Form, kind: Kind) -> Result<(), ParquetError> {
        expect(form, kind)?;
        match form {
            Form::Struct(fields) => self.deeper(|it| it.fields(|it, field, kind| it.pass(fields, field, kind))),
            Form::List(form) => self.deeper(|it| {
                let (length, kind) = it.list()?;
                (0..length).try_for_each(|_| it.pass_form(form, kind))
            }),
            _ => self.skip(kind),
        }
    }

    /// The length of a list, and the type of its elements, each of a byte and more.
    fn list(&mut self) -> Result<(usize, Kind), ParquetError> {
        let head = self.byte()?;
        let length = if head >> 4 == 15 { self.unsigned()? } else { u64::from(head >> 4) };
        let length = usize::try_from(length).ok().filter(|&length| length <= self.rest.len());
        Ok((length.ok_or_else(ends_early)?, Kind(head & 15)))
    }

    fn deeper(&mut self, call: impl FnOnce(&mut Self) -> Result<(), ParquetError>) -> Result<(), ParquetError> {
        if self.depth == MAX_DEPTH {
            return Err(damaged("its footer or the head of a page is nested too deeply"));
        }
        self.depth += 1;
        call(self)?;
        self.depth -= 1;
        Ok(())
    }

    /// Goes past a value of any type. There are no lists of truths in what is known, and readers do not agree on them.
    pub(super) fn skip(&mut self, kind: Kind) -> Result<(), ParquetError> {
        match kind {
            _ if kind.truth().is_some() => Ok(()),
            _ if kind.is_number() => self.unsigned().map(drop),
            BYTE => self.skip_bytes(1),
            DOUBLE => self.skip_bytes(8),
            UUID => self.skip_bytes(16),
            BINARY => {
                let length = self.unsigned()?;
                self.skip_bytes(length)
            }
            LIST | SET => self.deeper(|it| {
                let (length, kind) = it.list()?;
                if length > 0 && kind.truth().is_some() {
                    return Err(damaged("its footer or the head of a page has a list of truths"));
                }
                (0..length).try_for_each(|_| it.skip(kind))
            }),
            STRUCT => self.deeper(|it| it.fields(|it, _, kind| it.skip(kind))),
            _ => Err(damaged("its footer or the head of a page has a value of an unknown type; is it encrypted?")),
        }
    }
}
