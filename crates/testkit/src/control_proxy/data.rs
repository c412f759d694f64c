//! Data connections that are disturbed on their way.

use super::{DataFault, Shared, lock};
use socket2::SockRef;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

/// The reply to a command, with a port of ours in place of the server's if that transfer is to be disturbed.
pub(super) fn announced(shared: &Arc<Shared>, verb: &str, reply: Vec<u8>) -> io::Result<Vec<u8>> {
    let text = String::from_utf8_lossy(&reply).into_owned();
    let port = match verb {
        "EPSV" if text.starts_with("229") => epsv_port(&text),
        "PASV" if text.starts_with("227") => pasv_port(&text),
        _ => return Ok(reply),
    };
    let Some(fault) = shared.next_transfer() else { return Ok(reply) };
    let port = port.ok_or_else(|| io::Error::other(format!("no port in {text}")))?;
    let own = open(shared, port, fault)?;
    let (high, low) = (own >> 8, own & 255);
    Ok(match verb {
        "EPSV" => format!("229 Entering Extended Passive Mode (|||{own}|)\r\n"),
        _ => format!("227 Entering Passive Mode (127,0,0,1,{high},{low})\r\n"),
    }
    .into_bytes())
}

fn epsv_port(text: &str) -> Option<u16> {
    text.split('|').nth(3)?.parse().ok()
}

fn pasv_port(text: &str) -> Option<u16> {
    let inside = text.split_once('(')?.1.split_once(')')?.0;
    let mut bytes = inside.split(',').skip(4).map(str::parse::<u8>);
    Some(u16::from_be_bytes([bytes.next()?.ok()?, bytes.next()?.ok()?]))
}

/// Opens a port for one data connection to the server's port.
fn open(shared: &Arc<Shared>, target: u16, fault: DataFault) -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?.port();
    let shared = Arc::clone(shared);
    thread::spawn(move || {
        let (client, _) = listener.accept()?;
        let server = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, target)))?;
        disturb(&shared, &client, &server, fault)
    });
    Ok(port)
}

fn disturb(shared: &Shared, client: &TcpStream, server: &TcpStream, fault: DataFault) -> io::Result<()> {
    let (DataFault::Reset(bytes) | DataFault::Close(bytes) | DataFault::Stall(bytes)) = fault;
    let budget = AtomicU64::new(bytes);
    let spent = AtomicBool::new(false);
    let copy = |from: &TcpStream, to: &TcpStream| {
        let done = copy(from, to, &budget);
        if matches!(done, Ok(Copied::AllThatIsAllowed)) {
            spent.store(true, Ordering::Release);
            end(shared, [from, to], fault);
        } else if !spent.load(Ordering::Acquire) {
            let _ = to.shutdown(Shutdown::Write);
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| copy(server, client));
        copy(client, server);
    });
    Ok(())
}

enum Copied {
    Everything,
    AllThatIsAllowed,
}

fn copy(mut from: &TcpStream, mut to: &TcpStream, budget: &AtomicU64) -> io::Result<Copied> {
    let mut buffer = [0; 16 * 1024];
    loop {
        let length = from.read(&mut buffer)?;
        if length == 0 {
            return Ok(Copied::Everything);
        }
        let take = |left: u64| Some(left.saturating_sub(length as u64));
        let left = budget.fetch_update(Ordering::AcqRel, Ordering::Acquire, take).unwrap_or_default();
        to.write_all(&buffer[..length.min(left as usize)])?;
        if length as u64 >= left {
            return Ok(Copied::AllThatIsAllowed);
        }
    }
}

/// Both copying threads must let go of the sockets for a reset to be sent: a `shutdown` for reading wakes the
/// other one and tells the peers nothing.
fn end(shared: &Shared, sockets: [&TcpStream; 2], fault: DataFault) {
    match fault {
        DataFault::Reset(_) => {
            for socket in sockets {
                let _ = SockRef::from(socket).set_linger(Some(Duration::ZERO));
                let _ = socket.shutdown(Shutdown::Read);
            }
        }
        DataFault::Close(_) => {
            for socket in sockets {
                let _ = socket.shutdown(Shutdown::Both);
            }
        }
        DataFault::Stall(_) => {
            let over = lock(&shared.over.0);
            drop(shared.over.1.wait_while(over, |over| !*over));
            for socket in sockets {
                let _ = socket.shutdown(Shutdown::Both);
            }
        }
    }
}
