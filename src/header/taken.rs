use http::header::{CONNECTION, Entry};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::HeaderError;
use crate::gateway::{Forwarding, is_same_or_look_alike};

/// What a request carried under the names of certificate headers, taken out of it and not yet judged.
#[derive(Debug, Default)]
pub(crate) struct TakenHeaders {
    /// Most gateways send one, which needs no room beside this.
    first: Option<TakenField>,
    others: Vec<TakenField>,
    named_by_connection: Vec<HeaderName>,
    look_alikes: usize,
}

/// The lines of one header, in their order.
#[derive(Debug)]
pub(super) struct TakenField {
    name: HeaderName,
    pub(super) first: HeaderValue,
    pub(super) more: Vec<HeaderValue>,
}

impl TakenHeaders {
    /// Notes what is there and removes the headers and their look-alikes.
    ///
    /// The names may be those of several gateways: each reads its own afterwards, and none stays in the request.
    pub(crate) fn take<'n, N>(headers: &mut HeaderMap, names: &N) -> Self
    where
        N: Iterator<Item = &'n HeaderName> + Clone,
    {
        let mut taken = Self::default();
        let is_taken = |other: &HeaderName| names.clone().any(|name| is_same_or_look_alike(other, name));
        // Counted first: nearly every request has one of them or none, whatever the number of names.
        let mut left = 0_usize;
        for (name, value) in &*headers {
            if *name == CONNECTION {
                taken.named_by_connection.extend(names.clone().filter(|name| is_listed(value, name)).cloned());
            } else if is_taken(name) {
                left += 1;
            }
        }
        for name in names.clone() {
            if left == 0 {
                return taken;
            }
            let Entry::Occupied(entry) = headers.entry(name) else { continue };
            let (name, mut values) = entry.remove_entry_mult();
            if let Some(first) = values.next() {
                let field = TakenField { name, first, more: values.collect() };
                left = left.saturating_sub(field.lines());
                taken.add(field);
            }
        }
        if left > 0 {
            // Only now: a name of one gateway may look like the name of another.
            for look_alike in headers.keys().filter(|name| is_taken(name)).cloned().collect::<Vec<_>>() {
                headers.remove(look_alike);
                taken.look_alikes += 1;
            }
        }
        taken
    }

    /// Whether there was one of the headers at all.
    pub(crate) fn is_present(&self) -> bool {
        self.fields().next().is_some()
    }

    /// Names like the headers' that were removed.
    pub(crate) fn look_alikes(&self) -> usize {
        self.look_alikes
    }

    /// How many of the headers are of other gateways.
    pub(crate) fn foreign_to(&self, forwarding: &Forwarding) -> usize {
        self.fields().filter(|field| !forwarding.reads(&field.name)).count()
    }

    /// How many lines there were of one header, and how many bytes in all of them; `None` where there was none.
    pub(crate) fn lines_of(&self, name: &HeaderName) -> Option<(usize, usize)> {
        let field = self.fields().find(|field| field.name == *name)?;
        Some((field.lines(), field.bytes()))
    }

    pub(super) fn is_any_named_by_connection(&self, forwarding: &Forwarding) -> bool {
        self.named_by_connection.iter().any(|named| forwarding.reads(named))
    }

    /// Refuses values that are too large together, before anything is made of any of them.
    pub(super) fn ensure_fits(&self, forwarding: &Forwarding, max_bytes: usize) -> Result<(), HeaderError> {
        // Where those of all gateways fit, those of this one do.
        if self.fields().map(TakenField::bytes).sum::<usize>() <= max_bytes {
            return Ok(());
        }
        let own = self.fields().filter(|field| forwarding.reads(&field.name));
        let bytes = own.map(TakenField::bytes).sum();
        if bytes > max_bytes { Err(HeaderError::TooLarge { bytes, max_bytes }) } else { Ok(()) }
    }

    /// The lines of one header; they can be asked for once.
    pub(super) fn take_lines(&mut self, name: &HeaderName) -> Option<TakenField> {
        self.first.take_if(|field| field.name == *name).or_else(|| {
            let place = self.others.iter().position(|field| field.name == *name)?;
            Some(self.others.swap_remove(place))
        })
    }

    fn add(&mut self, field: TakenField) {
        match &self.first {
            None => self.first = Some(field),
            Some(_) => self.others.push(field),
        }
    }

    fn fields(&self) -> impl Iterator<Item = &TakenField> {
        self.first.iter().chain(&self.others)
    }
}

impl TakenField {
    pub(super) fn lines(&self) -> usize {
        1 + self.more.len()
    }

    /// The bytes of all its values.
    fn bytes(&self) -> usize {
        self.first.len() + self.more.iter().map(HeaderValue::len).sum::<usize>()
    }

    /// Every value, in the order of the lines.
    pub(super) fn into_values(self) -> impl Iterator<Item = HeaderValue> {
        std::iter::once(self.first).chain(self.more)
    }
}

/// Whether a `Connection` value lists the name (RFC 9110 section 7.6.1: a list of case-insensitive tokens).
pub(crate) fn is_listed(connection: &HeaderValue, name: &HeaderName) -> bool {
    let name = name.as_str().as_bytes();
    connection.as_bytes().split(|byte| *byte == b',').any(|option| option.trim_ascii().eq_ignore_ascii_case(name))
}
