use http::header::CONNECTION;
use http::{HeaderMap, HeaderName};

/// The lines of a request that the layer judges it by, as they came in.
#[derive(Clone, Debug)]
pub(super) struct Replay {
    pub(super) headers: Vec<(HeaderName, String)>,
}

impl Replay {
    /// Takes the certificate headers and `Connection`. A value is text with one character per byte, of the same number, so
    /// that nothing of it is lost.
    pub(super) fn of<'n>(headers: &HeaderMap, names: impl Iterator<Item = &'n HeaderName>) -> Self {
        let mut wanted: Vec<&HeaderName> = names.chain([&CONNECTION]).collect();
        wanted.sort_unstable_by_key(|name| name.as_str());
        wanted.dedup();
        let lines = wanted.into_iter().flat_map(|name| {
            let values = headers.get_all(name).iter();
            values.map(move |value| (name.clone(), value.as_bytes().iter().copied().map(char::from).collect()))
        });
        Self { headers: lines.collect() }
    }

    pub(super) fn bytes(&self) -> usize {
        self.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
    }
}
