//! Ranks on a server, where one model serves many threads:
//! `cargo run --release --example rank_on_a_server -- shop.vicino`, then
//! `curl 'http://127.0.0.1:8042/?seen=product-1,product-2'`.
//!
//! The list is the same as in a browser. A real server has a framework for requests; this one reads their first lines.

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use vicino::EventKind;
use vicino::measure::Rankers;
use vicino::model::Model;
use vicino::rank::{HistoryEvent, Options};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let path = args.next().ok_or("give the path of a model, and an address if it is not 127.0.0.1:8042")?;
    let listener = TcpListener::bind(args.next().as_deref().unwrap_or("127.0.0.1:8042"))?;
    println!("http://{}", listener.local_addr()?);
    let model = Model::open(&std::fs::read(path)?)?;
    // A ranker has working memory, so threads borrow one each.
    let rankers = Rankers::new(&model);
    thread::scope(|scope| {
        for stream in listener.incoming() {
            scope.spawn(|| stream.and_then(|stream| answer(stream, &rankers)));
        }
    });
    Ok(())
}

/// Answers one request.
fn answer(mut stream: TcpStream, rankers: &Rankers<'_>) -> std::io::Result<()> {
    let mut line = String::new();
    BufReader::new(&stream).read_line(&mut line)?;
    let seen = line.split_once("seen=").map_or("", |(_, rest)| rest.split(' ').next().unwrap_or(""));
    let body = rankers.with(|model, ranker| {
        let known = seen.rsplit(',').filter_map(|id| model.items.item(id));
        let history: Vec<_> = known.map(|item| HistoryEvent { item, kind: EventKind::View }).collect();
        let options = Options { k: 12, ..Options::default() };
        let listed = ranker.for_you(model, &history, &options, &mut |_| true);
        listed.iter().map(|one| model.items.id(one.item)).collect::<Vec<_>>().join("\n") + "\n"
    });
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}
