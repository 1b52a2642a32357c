//! The programs of `examples/` run, as their first lines say.
#![cfg(feature = "cli")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

const MODEL: &str = "tests/golden/2.0-complete.vicino";

fn example(name: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--offline", "--example", name, "--"]).args(args);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

fn output_of(name: &str, args: &[&str]) -> String {
    let output = example(name, args).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("examples print UTF-8")
}

#[test]
fn training_lists_the_products_that_follow() {
    let output = output_of("train_and_rank", &[]);
    let lines: Vec<&str> = output.lines().collect();
    assert!(lines[0].starts_with("40 products, "), "{output}");
    assert_eq!(lines.len(), 6, "{output}");
    assert!(lines[1].starts_with("product-1 "), "{output}");
}

#[test]
fn a_model_is_printed_with_its_tables() {
    let output = output_of("read_a_model", &[MODEL]);
    assert!(output.contains(" products from ") && output.contains(" links\n"), "{output}");
}

#[test]
fn a_server_answers_with_a_list() {
    let mut server = example("rank_on_a_server", &[MODEL, "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let answer = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(line.trim().trim_start_matches("http://"))?;
        write!(stream, "GET /?seen=nothing-known HTTP/1.1\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    let answer = answer();
    server.kill().unwrap();
    server.wait().unwrap();
    let answer = answer.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(body.lines().count() > 1, "{body}");
}
