//! `vicino manifest`: puts a model where pages find the current one, under a name that says what is in it.
//!
//! `docs/delivery.md` says what the manifest holds, what is signed, and what a browser checks.

mod keys;

use crate::console::Console;
use crate::input;
use crate::output::{self, Output};
use crate::small_files;
use anyhow::{Context, bail};
use base64ct::{Base64, Encoding};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use vicino::model::Model;

/// Copies a model to a name with its checksum, and says in manifest.json that it is the current one.
///
/// Pages ask for the manifest, which is small, and keep the model for ever: under its name it never changes. The
/// model before stays, and stays named in the manifest, so that one can go back. Nothing is deleted.
#[derive(Debug, clap::Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct Args {
    /// The model
    #[arg(value_name = "FILE", required_unless_present = "new_key")]
    model: Option<PathBuf>,

    /// The folder for manifest.json and the model; made if it is not there
    #[arg(short, long, value_name = "FOLDER", required_unless_present = "new_key")]
    output: Option<PathBuf>,

    /// Sign the model with this private key (Ed25519, PKCS#8 in PEM)
    ///
    /// Pages that are given the public key then take no other model, even from a server that somebody broke into.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,

    /// Write a new private key that its owner alone can read, print the public key, and do nothing else
    #[arg(long, value_name = "FILE", conflicts_with_all = ["model", "output", "key"])]
    new_key: Option<PathBuf>,

    /// Print what was written as JSON (docs/json.md)
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "\
Examples:
  vicino manifest shop.vicino -o public/
  vicino manifest --new-key model-key.pem
  vicino manifest shop.vicino -o public/ --key model-key.pem";

const FORMAT: &str = "vicino-manifest";
const VERSION: u64 = 1;
/// Hexadecimal digits of the checksum in a model's name.
const NAME_DIGITS: usize = 16;

pub fn run(args: &Args, console: &Console) -> anyhow::Result<()> {
    if let Some(path) = &args.new_key {
        let public = keys::make(path)?;
        let mut output = Output::stdout();
        match args.json {
            true => writeln!(output, "{:#}", json!({ "private_key": path, "public_key": public }))?,
            false => writeln!(output, "{public}")?,
        }
        console
            .remark(format_args!("wrote the private key to {}; above is the public key for the pages", path.display()));
        return output.finish();
    }
    let (Some(path), Some(folder)) = (&args.model, &args.output) else { bail!("give a model and --output") };
    let manifest_path = folder.join("manifest.json");
    let inputs: Vec<PathBuf> = [path].into_iter().chain(&args.key).cloned().collect();
    output::refuse_to_replace(&inputs, [&manifest_path])?;
    let bytes = input::model_bytes(path)?;
    let model = Model::open(&bytes).with_context(|| format!("cannot use model {}", path.display()))?;
    let key = args.key.as_deref().map(keys::read).transpose()?;
    let before = read(&manifest_path)?;

    let digest = Sha256::digest(&bytes);
    let hex = digest.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    let name = name(path, &hex)?;
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let place = folder.join(&name);
    copy(&place, &bytes)?;

    let checksum = format!("sha256-{}", Base64::encode_string(&digest));
    let is_same = before.as_ref().is_some_and(|before| before["model"]["sha256"] == json!(checksum));
    let now = jiff::Timestamp::now().round(jiff::Unit::Second)?;
    let created =
        before.as_ref().filter(|_| is_same).and_then(created).filter(|at| *at <= now).unwrap_or(now).to_string();
    let mut manifest = json!({
        "format": FORMAT,
        "version": VERSION,
        "model": {
            "url": as_url(&name),
            "bytes": bytes.len(),
            "sha256": checksum,
            "created": created,
            "trainerVersion": model.about.trainer_version,
        },
    });
    if let Some(previous) = before.and_then(|before| previous(before, is_same)) {
        manifest["previous"] = previous;
    }
    if let Some(key) = key {
        manifest["signature"] = json!({
            "algorithm": "Ed25519",
            "publicKey": keys::public(&key),
            "value": keys::sign(&key, &hex, &created),
        });
    }
    let mut output = Output::create(&manifest_path)?;
    writeln!(output, "{manifest:#}").with_context(|| format!("cannot write {}", manifest_path.display()))?;
    output.finish()?;
    console.remark(format_args!("{} is the current model in {}", name, manifest_path.display()));
    if args.json {
        let json = json!({ "manifest_path": manifest_path, "model_path": place, "manifest": manifest });
        let mut output = Output::stdout();
        writeln!(output, "{json:#}")?;
        output.finish()?;
    }
    Ok(())
}

/// The manifest that is there, if one is.
fn read(path: &Path) -> anyhow::Result<Option<Value>> {
    let text = match small_files::read_text(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    let foreign = || format!("{} is there and is no manifest of version {VERSION}; move it away", path.display());
    let manifest: Value = serde_json::from_str(&text).with_context(foreign)?;
    if manifest["format"] != json!(FORMAT) || manifest["version"] != json!(VERSION) || !manifest["model"].is_object() {
        bail!(foreign());
    }
    Ok(Some(manifest))
}

/// The time in a manifest; a time that does not read as one counts as missing.
fn created(manifest: &Value) -> Option<jiff::Timestamp> {
    manifest["model"]["created"].as_str()?.parse().ok()
}

/// The model to name as the one before, with its own signature: that of the manifest, or the one that the manifest
/// names as its own one before if both have the same current model.
fn previous(mut before: Value, is_same: bool) -> Option<Value> {
    if is_same {
        return Some(before["previous"].take()).filter(Value::is_object);
    }
    let mut model = before["model"].take();
    let signature = before["signature"].take();
    if signature.is_object() {
        model["signature"] = signature;
    }
    Some(model)
}

/// `shop.<digits>.vicino` for `shop.vicino`, and for a model that has this name already.
fn name(path: &Path, hex: &str) -> anyhow::Result<String> {
    let stem = path.file_stem().with_context(|| format!("{} has no file name", path.display()))?;
    let (stem, digits) = (stem.to_string_lossy(), &hex[..NAME_DIGITS]);
    let stem = stem.strip_suffix(digits).and_then(|stem| stem.strip_suffix('.')).unwrap_or(&stem);
    Ok(format!("{stem}.{digits}.vicino"))
}

/// Writes the model, unless it is there already.
fn copy(place: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    match small_files::read_model(place) {
        Ok(found) if found == bytes => return Ok(()),
        Ok(_) => bail!("{} is there with another content than its name says; move it away", place.display()),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", place.display())),
    }
    let mut output = Output::create(place)?;
    output.write_all(bytes).with_context(|| format!("cannot write {}", place.display()))?;
    output.finish()
}

/// A file name as a relative URL: all but the unreserved characters of RFC 3986 as percent and hexadecimal digits.
fn as_url(name: &str) -> String {
    let mut url = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            let _ = write!(url, "%{byte:02X}");
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "4a711770d61b69ae6d71d578b7fd81394630109c53bc9a084eae963f21ec7ce0";

    #[test]
    fn a_name_says_what_is_in_the_file_and_stays_as_it_is() {
        assert_eq!(name(Path::new("in/shop.vicino"), HEX).unwrap(), "shop.4a711770d61b69ae.vicino");
        let again = Path::new("public/shop.4a711770d61b69ae.vicino");
        assert_eq!(name(again, HEX).unwrap(), "shop.4a711770d61b69ae.vicino");
    }

    #[test]
    fn a_url_has_no_character_that_means_something_else() {
        assert_eq!(as_url("tè verde#1.vicino"), "t%C3%A8%20verde%231.vicino");
    }
}
