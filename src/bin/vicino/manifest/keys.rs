//! Keys and signatures of models: Ed25519 (RFC 8032) over the words and the checksum that `docs/delivery.md` names.

use crate::small_files;
use anyhow::Context;
use base64ct::{Base64, Encoding};
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey, KeypairBytes};
use ed25519_dalek::{SECRET_KEY_LENGTH, Signer, SigningKey};
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// Stands before the checksum and the time in what is signed, so that no signature of something else can be one of a model.
const DOMAIN: &str = "vicino-model-v1\n";

/// Writes a new private key and gives its public key; never replaces a file.
pub fn make(path: &Path) -> anyhow::Result<String> {
    let mut seed = [0; SECRET_KEY_LENGTH];
    getrandom::fill(&mut seed).context("cannot make a key: the system gives no random numbers")?;
    // Without the public key: what every version of OpenSSL reads.
    let pair = KeypairBytes { secret_key: seed, public_key: None };
    let pem = pair.to_pkcs8_pem(LineEnding::LF).context("cannot write the key")?;
    let problem = || format!("cannot write {}", path.display());
    let mut file = create(path).with_context(problem)?;
    file.write_all(pem.as_bytes()).with_context(problem)?;
    Ok(public(&SigningKey::from_bytes(&seed)))
}

/// A new file that its owner alone can read.
fn create(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The private key in a file.
pub fn read(path: &Path) -> anyhow::Result<SigningKey> {
    let pem = small_files::read_text(path).with_context(|| format!("cannot read {}", path.display()))?;
    SigningKey::from_pkcs8_pem(&pem).with_context(|| {
        format!("{} is no private key: expected Ed25519, as PKCS#8 in PEM; --new-key makes one", path.display())
    })
}

/// The public key, as the manifest has it.
pub fn public(key: &SigningKey) -> String {
    Base64::encode_string(key.verifying_key().as_bytes())
}

/// The signature of a model with this SHA-256, in hexadecimal digits, that was made current at `created`: both as the
/// manifest has them.
pub fn sign(key: &SigningKey, hex: &str, created: &str) -> String {
    Base64::encode_string(&key.sign(format!("{DOMAIN}{hex}\n{created}").as_bytes()).to_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_vector_is_what_is_signed() {
        let document = include_str!("../../../../docs/delivery.md");
        let start = document.find("-----BEGIN").unwrap();
        let pem = document[start..].split("```").next().unwrap();
        let key = SigningKey::from_pkcs8_pem(pem).unwrap();
        let of = |row: &str| {
            let row = document[start..].lines().find(|line| line.starts_with(&format!("| {row} |"))).unwrap();
            row.rsplit('`').nth(1).unwrap().to_owned()
        };
        assert_eq!(public(&key), of("public key"));
        assert_eq!(sign(&key, &of("SHA-256, hexadecimal"), &of("`model.created`")), of("`signature.value`"));
    }
}
