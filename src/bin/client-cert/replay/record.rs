use std::collections::BTreeMap;
use std::time::SystemTime;

use http::{HeaderName, HeaderValue, Method, Request, Uri};
use serde::Deserialize;
use tower_client_cert::GatewayPeer;

use crate::at;
use crate::peer::Peer;

/// What a line of a recording holds.
pub(super) enum Entry {
    /// So many requests that the audit has no record of.
    Lost(u64),
    Request(Box<Record>),
}

/// One recorded request.
pub(super) struct Record {
    pub(super) time: Option<SystemTime>,
    peer: Option<GatewayPeer>,
    method: Method,
    uri: Uri,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// As it stands in the recording. Whatever else is there is passed over: audit records say more.
#[derive(Deserialize)]
struct Line {
    /// What an audit record has of the request, in place of the rest.
    replay: Option<Box<Line>>,
    time: Option<String>,
    peer: Option<String>,
    method: Option<String>,
    path: Option<String>,
    headers: Option<Headers>,
    /// Of the line that an audit leaves where records are missing.
    lost: Option<u64>,
}

/// Lines as pairs, or as an object by name. A value is text with one character per byte, of the same number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Headers {
    Pairs(Vec<(String, String)>),
    ByName(BTreeMap<String, Values>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Several(Vec<String>),
}

impl Entry {
    pub(super) fn read(line: &[u8]) -> Result<Self, String> {
        let line: Line = serde_json::from_slice(line).map_err(|error| format!("it is no record: {error}"))?;
        match line {
            Line { lost: Some(lost), replay: None, headers: None, .. } => Ok(Self::Lost(lost)),
            line => Record::of(line).map(Box::new).map(Self::Request),
        }
    }
}

impl Record {
    fn of(line: Line) -> Result<Self, String> {
        let Line { time, peer, method, path, headers, .. } = match line.replay {
            Some(replay) => *replay,
            None => line,
        };
        let headers = headers.ok_or("it has no headers")?;
        let path = path.ok_or("it has no path")?;
        let method = method.as_deref().unwrap_or("GET");
        Ok(Self {
            time: time.as_deref().map(at::parse).transpose()?,
            peer: peer.map(|peer| peer.parse::<Peer>()).transpose()?.map(|peer| peer.0),
            method: Method::from_bytes(method.as_bytes()).map_err(|_| format!("{method} is no method"))?,
            uri: Uri::try_from(path.as_str()).map_err(|_| format!("{path} is no path"))?,
            headers: headers.lines()?,
        })
    }

    pub(super) fn request(&self) -> Request<()> {
        let mut request = Request::new(());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        for (name, value) in &self.headers {
            // More lines than a map holds are more than any server takes.
            let _ = request.headers_mut().try_append(name.clone(), value.clone());
        }
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(peer);
        }
        request
    }

    pub(super) fn peer(&self) -> Option<String> {
        self.peer.map(|peer| peer.to_string())
    }

    pub(super) fn method(&self) -> &str {
        self.method.as_str()
    }

    pub(super) fn path(&self) -> &str {
        self.uri.path()
    }
}

impl Headers {
    fn lines(self) -> Result<Vec<(HeaderName, HeaderValue)>, String> {
        let pairs = match self {
            Self::Pairs(pairs) => pairs,
            Self::ByName(values) => values.into_iter().flat_map(|(name, values)| values.under(name)).collect(),
        };
        if pairs.len() > MAX_HEADER_LINES {
            return Err(format!("it has more than {MAX_HEADER_LINES} header lines"));
        }
        pairs.into_iter().map(|(name, value)| line_of(&name, &value)).collect()
    }
}

impl Values {
    fn under(self, name: String) -> Vec<(String, String)> {
        match self {
            Self::One(value) => vec![(name, value)],
            Self::Several(values) => values.into_iter().map(|value| (name.clone(), value)).collect(),
        }
    }
}

fn line_of(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), String> {
    let problem = || format!("the header {name} is no header line");
    let octets: Result<Vec<u8>, _> = value.chars().map(u8::try_from).collect();
    let octets = octets.map_err(|_| problem())?;
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| problem())?;
    HeaderValue::from_bytes(&octets).map(|value| (name, value)).map_err(|_| problem())
}

/// More than servers take.
const MAX_HEADER_LINES: usize = 1000;
