//! A server as a child process: the port it is to take, the wait until it accepts, and its end.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Child;
use std::time::Duration;

/// One process, by its arguments or configuration; ends with the value, so that nothing outlives it.
#[derive(Debug)]
pub(crate) struct ServerProcess {
    address: SocketAddr,
    child: Child,
}

impl ServerProcess {
    pub(crate) fn new(address: SocketAddr, child: Child) -> Self {
        Self { address, child }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether it accepts before it ends and before so many polls, 40 a second.
    pub(crate) fn accepts(&mut self, max_polls: usize) -> bool {
        for _ in 0..max_polls {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            if TcpStream::connect(self.address).is_ok() {
                return true;
            }
            std::thread::sleep(POLL_INTERVAL);
        }
        false
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A free port of the loopback address; somebody may take it before the server does.
pub(crate) fn free_address() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}

/// How often a server is started on another port.
pub(crate) const START_ATTEMPTS: usize = 3;

const POLL_INTERVAL: Duration = Duration::from_millis(25);
