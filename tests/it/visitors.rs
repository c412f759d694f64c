//! Visitors while a site of 2,000 files is published: each page that they read is whole and has its asset, whichever
//! version it is of.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use slipway_testkit::{Daemon, Kind, WebReply, WebServer};

use crate::site::Site;

/// Each with an asset of its own: twice as many files.
const PAGES: usize = 1_000;
const READERS: usize = 2;
/// So long after a page was asked for, a browser on a slow line asks for what the page refers to.
const SLOW_BROWSER: Duration = Duration::from_millis(1_200);
/// What took a reader longer than this is not held against the publish: old assets stay for two seconds.
const FAIR: Duration = Duration::from_millis(1_900);

#[test]
fn find_whole_pages_with_their_assets() {
    read_meanwhile(Kind::Vsftpd);
}

#[test]
#[ignore = "long: run with cargo xtask test --long"]
fn find_whole_pages_with_their_assets_on_every_server() {
    Kind::ALL.into_iter().for_each(read_meanwhile);
}

/// Where a page is: pages of every turn of the switch-over.
fn page(number: usize) -> String {
    match number % 10 {
        0 => format!("part-{}/index.html", number / 10),
        last => format!("part-{}/{last}.html", number / 10),
    }
}

/// As bundlers name it: by its content.
fn asset(number: usize, version: usize) -> String {
    format!("assets/{number}-{:08x}.css", number.wrapping_mul(0x9e37_79b9) as u32 ^ version as u32)
}

fn style(number: usize, version: usize) -> String {
    format!("h1 {{ order: {number}; orphans: {version} }}\n")
}

fn text(number: usize, version: usize) -> String {
    let asset = asset(number, version);
    let words = "Something to read. ".repeat(40 + 60 * version);
    format!("<!doctype html>\n<link rel=stylesheet href=/{asset}>\n<h1>{number}</h1>\n<p>{words}\n</html>\n")
}

fn build(site: &Site, version: usize) {
    for number in 0..PAGES {
        site.write(&[
            (&page(number), text(number, version).as_bytes()),
            (&asset(number, version), style(number, version).as_bytes()),
        ]);
    }
}

fn read_meanwhile(kind: Kind) {
    let daemon = Daemon::start(kind);
    let site = Site::plain(&daemon);
    build(&site, 1);
    site.publish(&[]).live_with(2 * PAGES as u64, 0, 0);
    for number in 0..PAGES {
        site.delete(&[&asset(number, 1)]);
    }
    build(&site, 2);

    let root = daemon.root().to_owned();
    let web = WebServer::start(move |path| WebReply::file(&root, path));
    let (address, over) = (web.address(), AtomicBool::new(false));
    let (seen, took) = thread::scope(|scope| {
        let over = &over;
        let readers: Vec<_> = (0..READERS)
            .map(|first| scope.spawn(move || Reader::new(address, first).read_until(over)))
            .collect();
        let began = Instant::now();
        let ended = site.publish(&["--yes"]);
        let took = began.elapsed();
        over.store(true, Ordering::Relaxed);
        let last = ended.live_with(2 * PAGES as u64, PAGES as u64, 0);
        site.assert_online(daemon.root(), &last);
        (readers.into_iter().map(|reader| reader.join().unwrap()).collect::<Vec<_>>(), took)
    });
    let sum = |of: fn(&Seen) -> usize| seen.iter().map(of).sum::<usize>();
    let (old, new, assets) = (sum(|seen| seen.pages[0]), sum(|seen| seen.pages[1]), sum(|seen| seen.assets));
    let first_new = seen.iter().filter_map(|seen| seen.first_new).min().expect("the new version was seen");
    let last_old = seen.iter().filter_map(|seen| seen.last_old).max().expect("the old version was seen");
    println!(
        "{kind:?}: {} files in {:.1} s; {} pages read, {old} of the old version and {new} of the new, {assets} assets, \
         {} not judged; switched over in {:.0} ms",
        2 * PAGES,
        took.as_secs_f64(),
        old + new,
        sum(|seen| seen.late),
        last_old.saturating_duration_since(first_new).as_secs_f64() * 1_000.0,
    );
    assert!(old > 100 && new > 100 && assets > 200, "too little was read");
}

/// What a reader has seen.
#[derive(Default)]
struct Seen {
    /// Pages of each version.
    pages: [usize; 2],
    assets: usize,
    /// Assets that were not there, and asked for so late that a browser would have had them long since.
    late: usize,
    first_new: Option<Instant>,
    last_old: Option<Instant>,
}

/// Reads page after page without pause; asks for their assets at once and, as on a slow line, once more later.
struct Reader {
    address: SocketAddr,
    number: usize,
    seen: Seen,
    /// Assets that are still to be asked for: since when the page is there, of which page and version.
    waiting: VecDeque<(Instant, usize, usize)>,
}

impl Reader {
    fn new(address: SocketAddr, number: usize) -> Self {
        Self { address, number, seen: Seen::default(), waiting: VecDeque::new() }
    }

    fn read_until(mut self, over: &AtomicBool) -> Seen {
        // To the end of those that wait: old assets go last.
        while !over.load(Ordering::Relaxed) {
            // Every page in turn, neighbours far apart.
            self.number = (self.number + 389) % PAGES;
            self.read_page(self.number);
            while self.waiting.front().is_some_and(|(since, ..)| since.elapsed() > SLOW_BROWSER) {
                let (since, number, version) = self.waiting.pop_front().unwrap();
                self.read_asset(since, number, version);
            }
        }
        self.seen
    }

    fn read_page(&mut self, number: usize) {
        let asked = Instant::now();
        let path = page(number);
        let body = get(self.address, &path).unwrap_or_else(|status| panic!("{path}: {status}"));
        let version = if body == text(number, 1) { 1 } else { 2 };
        assert_eq!(body, text(number, version), "{path} is of neither version");
        self.seen.pages[version - 1] += 1;
        match version {
            1 => self.seen.last_old = Some(Instant::now()),
            _ => _ = self.seen.first_new.get_or_insert(asked),
        }
        self.read_asset(asked, number, version);
        self.waiting.push_back((asked, number, version));
    }

    fn read_asset(&mut self, since: Instant, number: usize, version: usize) {
        let path = asset(number, version);
        let got = get(self.address, &path);
        let waited = since.elapsed();
        match got {
            Ok(body) => assert_eq!(body, style(number, version), "{path}"),
            Err(_) if version == 1 && waited > FAIR => self.seen.late += 1,
            Err(status) => {
                panic!("{} of version {version} refers to {path}: {status} after {waited:?}", page(number))
            }
        }
        self.seen.assets += 1;
    }
}

/// A page of a website; its status, where that is not 200.
fn get(address: SocketAddr, path: &str) -> Result<String, String> {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap();
    if status != "200" {
        return Err(status.to_owned());
    }
    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).unwrap();
    assert_eq!(length.parse(), Ok(body.len()), "{path} in part");
    Ok(body.to_owned())
}
