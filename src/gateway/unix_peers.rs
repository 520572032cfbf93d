use std::fmt;

/// The processes that are believed at the other end of a Unix socket.
///
/// ```
/// use tower_client_cert::{Gateway, UnixPeers};
///
/// // The proxy runs as user 33 on the same machine and connects to a socket.
/// let gateway = Gateway::nginx([""; 0])?.unix_socket(UnixPeers::uid(33));
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnixPeers(Uids);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Uids {
    Any,
    These(Vec<u32>),
}

impl UnixPeers {
    /// Processes of this user. Where the platform does not tell the user, nobody is believed.
    #[must_use]
    pub fn uid(uid: u32) -> Self {
        Self::uids([uid])
    }

    /// Processes of these users; an empty list believes nobody.
    #[must_use]
    pub fn uids(uids: impl IntoIterator<Item = u32>) -> Self {
        Self(Uids::These(uids.into_iter().collect()))
    }

    /// Every process that can open the socket: its permissions, and those of its directory, are then all there is.
    #[must_use]
    pub fn anyone_with_access() -> Self {
        Self(Uids::Any)
    }

    pub(super) fn is_anyone(&self) -> bool {
        self.0 == Uids::Any
    }

    pub(super) fn hold(&self, uid: Option<u32>) -> bool {
        match (&self.0, uid) {
            (Uids::Any, _) => true,
            (Uids::These(uids), Some(uid)) => uids.contains(&uid),
            (Uids::These(_), None) => false,
        }
    }

    pub(super) fn overlap(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Uids::Any, Uids::Any) => true,
            (Uids::Any, Uids::These(uids)) | (Uids::These(uids), Uids::Any) => !uids.is_empty(),
            (Uids::These(uids), Uids::These(others)) => uids.iter().any(|uid| others.contains(uid)),
        }
    }
}

impl fmt::Display for UnixPeers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Uids::Any => f.write_str("every user"),
            Uids::These(uids) => write!(f, "users {uids:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_believed_only_when_listed_and_told() {
        let peers = UnixPeers::uids([33, 101]);
        assert!(peers.hold(Some(33)) && peers.hold(Some(101)));
        assert!(!peers.hold(Some(0)) && !peers.hold(Some(34)) && !peers.hold(None));
        assert!(!UnixPeers::uids([]).hold(Some(0)));
        assert!(UnixPeers::anyone_with_access().hold(None));
    }

    #[test]
    fn peers_overlap_where_one_process_could_be_both() {
        let any = UnixPeers::anyone_with_access();
        assert!(any.overlap(&any) && any.overlap(&UnixPeers::uid(33)) && UnixPeers::uid(33).overlap(&any));
        assert!(UnixPeers::uids([1, 33]).overlap(&UnixPeers::uids([33, 2])));
        assert!(!UnixPeers::uid(33).overlap(&UnixPeers::uid(34)));
        assert!(!UnixPeers::uids([]).overlap(&any) && !any.overlap(&UnixPeers::uids([])));
    }
}
