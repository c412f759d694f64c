//! Connections to one server, opened as needed up to a limit that shrinks when the server allows fewer.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use slipway_core::site::MOST_CONNECTIONS;
use tokio::sync::Notify;

use crate::error::RemoteError;
use crate::remote::{Connector, Remote};
use crate::retry::Backoff;

/// A connection that was idle for longer is asked whether it still lives before it is used.
const TRUST_IDLE: Duration = Duration::from_secs(15);

/// Is told of a failed try that will be repeated: what went wrong, which try comes next (from 2), and the pause
/// before it.
pub type OnRetry = Box<dyn Fn(&RemoteError, u32, Duration) + Send + Sync>;

/// Connections to one server.
pub struct Pool {
    connector: Arc<dyn Connector>,
    backoff: Backoff,
    on_retry: OnRetry,
    state: Mutex<State>,
    changed: Notify,
}

struct State {
    idle: Vec<(Instant, Box<dyn Remote>)>,
    /// Connections that are idle, leased or being opened.
    open: u8,
    /// Of them, those that are logged in.
    connected: u8,
    limit: u8,
    refused: bool,
    ever_connected: bool,
    /// Why no connection can be had at all: a password that was refused once must not be tried again and again, or
    /// the host bans the address.
    hopeless: Option<RemoteError>,
    most_open: u8,
}

impl Pool {
    /// A pool of at most `limit` connections (1 to 16).
    pub fn new(connector: Arc<dyn Connector>, limit: u8, backoff: Backoff, on_retry: OnRetry) -> Arc<Self> {
        let state = State {
            idle: Vec::new(),
            open: 0,
            connected: 0,
            hopeless: None,
            limit: limit.clamp(1, MOST_CONNECTIONS),
            refused: false,
            ever_connected: false,
            most_open: 0,
        };
        Arc::new(Self { connector, backoff, on_retry, state: Mutex::new(state), changed: Notify::new() })
    }

    /// How many connections may be open at present.
    pub fn limit(&self) -> u8 {
        self.state().limit
    }

    /// The limit that the server set by refusing more, if it did.
    pub fn learnt_limit(&self) -> Option<u8> {
        let state = self.state();
        state.refused.then_some(state.limit)
    }

    /// Connections that are logged in now.
    pub fn connected(&self) -> u8 {
        self.state().connected
    }

    /// The most connections that were open at once.
    pub fn most_open(&self) -> u8 {
        self.state().most_open
    }

    /// A connection: an idle one, or a new one, or the next that is given back. What can pass is tried again; a
    /// refused login, an unknown host and the like are not.
    pub async fn get(self: &Arc<Self>) -> Result<Lease, RemoteError> {
        let mut failed = 0;
        loop {
            let waiting = self.changed.notified();
            match self.claim() {
                Claim::Idle(since, remote) => {
                    let mut lease = Lease {
                        remote: Some(remote),
                        slot: Slot { pool: self.clone(), connected: true, kept: false },
                    };
                    if since.elapsed() < TRUST_IDLE || lease.ping().await.is_ok() {
                        return Ok(lease);
                    }
                }
                Claim::Open => {
                    let slot = Slot { pool: self.clone(), connected: false, kept: false };
                    match self.connector.connect().await {
                        Ok(remote) => return Ok(self.opened(remote, slot)),
                        Err(error) => self.after_refusal(error, &mut failed, slot).await?,
                    }
                }
                Claim::Wait => waiting.await,
                Claim::Hopeless(error) => return Err(error),
            }
        }
    }

    fn opened(&self, remote: Box<dyn Remote>, mut slot: Slot) -> Lease {
        let mut state = self.state();
        state.ever_connected = true;
        state.connected += 1;
        slot.connected = true;
        state.most_open = state.most_open.max(state.connected);
        drop(state);
        // Those who waited for the first connection may open theirs.
        self.changed.notify_waiters();
        Lease { remote: Some(remote), slot }
    }

    /// Shrinks, or pauses before the next try, or gives the error back.
    async fn after_refusal(
        &self,
        error: RemoteError,
        failed: &mut u32,
        slot: Slot,
    ) -> Result<(), RemoteError> {
        *failed += 1;
        let last = *failed >= self.backoff.attempts();
        {
            let mut state = self.state();
            // What was good a moment ago, name and password and all, is not what is wrong: some servers refuse a
            // connection too many like this.
            let was_good = state.ever_connected
                && matches!(
                    error,
                    RemoteError::LoginRejected(_)
                        | RemoteError::ConnectionRefused(_)
                        | RemoteError::HostNotFound(_)
                        | RemoteError::SecureFailed(_)
                );
            let passes = error.can_pass() || was_good;
            let refused = match error {
                RemoteError::TooManyConnections(_) => true,
                RemoteError::LoginRejected(_) | RemoteError::ConnectionRefused(_) => state.ever_connected,
                _ => false,
            };
            if state.connected > 0 && (refused || (last && passes)) {
                // Others work: be content with them. Those that are being opened count; each that is refused in its
                // turn takes one off.
                state.limit = state.limit.min(state.open - 1).max(1);
                state.refused |= refused;
                *failed = 0;
                tracing::info!(limit = state.limit, %error, "fewer connections");
                return Ok(());
            }
            if !passes || last {
                if !state.ever_connected {
                    state.hopeless = Some(error.clone());
                }
                return Err(error);
            }
        }
        // Only now: whoever gets its place must know what is hopeless.
        drop(slot);
        let pause = self.backoff.pause(*failed);
        (self.on_retry)(&error, *failed + 1, pause);
        tokio::time::sleep(pause).await;
        Ok(())
    }

    fn claim(&self) -> Claim {
        let mut state = self.state();
        if let Some((since, remote)) = state.idle.pop() {
            return Claim::Idle(since, remote);
        }
        if let Some(error) = &state.hopeless {
            return Claim::Hopeless(error.clone());
        }
        // The first connection alone shows whether there can be any.
        if state.open < state.limit && (state.ever_connected || state.open == 0) {
            state.open += 1;
            return Claim::Open;
        }
        Claim::Wait
    }

    /// Says good-bye on all idle connections.
    pub async fn close(&self) {
        let idle = std::mem::take(&mut self.state().idle);
        let closing: Vec<_> = idle
            .into_iter()
            .map(|(_, remote)| {
                let mut state = self.state();
                state.open -= 1;
                state.connected -= 1;
                drop(state);
                tokio::spawn(remote.close())
            })
            .collect();
        for closed in closing {
            // A connection that can't say good-bye is gone all the same.
            let _ = closed.await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Claim {
    Idle(Instant, Box<dyn Remote>),
    Open,
    Wait,
    Hopeless(RemoteError),
}

/// The right to have one connection open; given up when dropped.
struct Slot {
    pool: Arc<Pool>,
    connected: bool,
    /// It goes on with the connection, which is idle now.
    kept: bool,
}

impl Drop for Slot {
    fn drop(&mut self) {
        if !self.kept {
            let mut state = self.pool.state();
            state.open -= 1;
            state.connected -= u8::from(self.connected);
        }
        self.pool.changed.notify_waiters();
    }
}

/// A connection on loan. Dropped, it is closed; [`Lease::give_back`] returns it for further use, which is right
/// only when nothing is under way on it.
pub struct Lease {
    remote: Option<Box<dyn Remote>>,
    slot: Slot,
}

impl Lease {
    /// Returns the connection to the pool, to be used again.
    pub fn give_back(mut self) {
        let pool = self.slot.pool.clone();
        if let Some(remote) = self.remote.take() {
            let mut state = pool.state();
            if state.open <= state.limit {
                state.idle.push((Instant::now(), remote));
                self.slot.kept = true;
            }
        }
        // Dropping the lease wakes those who wait.
    }
}

impl Deref for Lease {
    type Target = dyn Remote;

    #[expect(
        clippy::expect_used,
        reason = "the connection is taken out only by give_back, which consumes the lease"
    )]
    fn deref(&self) -> &Self::Target {
        self.remote.as_deref().expect("a lease holds its connection")
    }
}

impl DerefMut for Lease {
    #[expect(
        clippy::expect_used,
        reason = "the connection is taken out only by give_back, which consumes the lease"
    )]
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.remote.as_deref_mut().expect("a lease holds its connection")
    }
}
