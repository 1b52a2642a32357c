//! `vicino manifest`.

use crate::shop::{SHOP, arg};
use crate::{stderr, stdout, vicino};
use serde_json::Value;
use std::fs;
use tempfile::TempDir;

fn path(folder: &TempDir, name: &str) -> String {
    arg(&folder.path().join(name))
}

fn manifest(folder: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(format!("{folder}/manifest.json")).unwrap()).unwrap()
}

/// Another model of the shop.
fn other(folder: &TempDir) -> String {
    let model = path(folder, "shop.vicino");
    stdout(&mut vicino(["train", &SHOP.arg("train.csv"), "--no-tune", "--neighbours", "3", "-o", &model, "-q"]));
    model
}

#[test]
fn the_current_model_is_named_and_the_one_before_stays() {
    let folder = TempDir::new().unwrap();
    let (first, second, public) = (SHOP.model(), other(&folder), path(&folder, "public"));
    stdout(&mut vicino(["manifest", &first, "-o", &public]));
    let before = manifest(&public);
    assert_eq!((&before["format"], &before["version"]), (&"vicino-manifest".into(), &1.into()));
    assert_eq!(before["previous"], Value::Null);
    let copy = format!("{public}/{}", before["model"]["url"].as_str().unwrap());
    assert_eq!(fs::read(&copy).unwrap(), fs::read(&first).unwrap());
    assert_eq!(before["model"]["bytes"], fs::metadata(&first).unwrap().len());

    stdout(&mut vicino(["manifest", &second, "-o", &public]));
    let after = manifest(&public);
    assert_eq!(after["previous"], before["model"]);
    assert_ne!(after["model"]["sha256"], before["model"]["sha256"]);
    assert!(fs::exists(&copy).unwrap());
    // Once more changes nothing; the old file leads back.
    stdout(&mut vicino(["manifest", &second, "-o", &public]));
    assert_eq!(manifest(&public), after);
    stdout(&mut vicino(["manifest", &copy, "-o", &public]));
    assert_eq!(
        (&manifest(&public)["model"]["url"], &manifest(&public)["previous"]),
        (&before["model"]["url"], &after["model"])
    );
}

#[test]
fn a_model_is_signed_with_a_new_key() {
    let folder = TempDir::new().unwrap();
    let (key, public) = (path(&folder, "key.pem"), path(&folder, "public"));
    let printed = stdout(&mut vicino(["manifest", "--new-key", &key]));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let error = stderr(&mut vicino(["manifest", "--new-key", &key]), 1);
    assert!(error.contains("cannot write"), "{error}");
    stdout(&mut vicino(["manifest", &SHOP.model(), "-o", &public, "--key", &key]));
    let signature = &manifest(&public)["signature"];
    assert_eq!((&signature["algorithm"], &signature["publicKey"]), (&"Ed25519".into(), &printed.trim().into()));
    assert_eq!(signature["value"].as_str().unwrap().len(), 88);
}

#[test]
fn the_model_before_keeps_its_own_signature() {
    let folder = TempDir::new().unwrap();
    let (first, second) = (SHOP.model(), other(&folder));
    let (key, public) = (path(&folder, "key.pem"), path(&folder, "public"));
    stdout(&mut vicino(["manifest", "--new-key", &key]));
    let sign = |model: &str| stdout(&mut vicino(["manifest", model, "-o", &public, "--key", &key]));
    sign(&first);
    let before = manifest(&public);
    sign(&second);
    let after = manifest(&public);
    assert_eq!(after["previous"]["signature"], before["signature"]);
    assert_eq!(after["previous"]["sha256"], before["model"]["sha256"]);
    assert_ne!(after["signature"]["value"], before["signature"]["value"]);
    // The same model once more: Ed25519 signs the same words with the same signature.
    sign(&second);
    assert_eq!(manifest(&public), after);
    // Unsigned from now on; what was signed stays so.
    stdout(&mut vicino(["manifest", &first, "-o", &public]));
    let unsigned = manifest(&public);
    assert_eq!((&unsigned["signature"], &unsigned["previous"]["signature"]), (&Value::Null, &after["signature"]));
}

#[test]
fn a_time_that_is_damaged_or_to_come_is_made_anew() {
    let folder = TempDir::new().unwrap();
    let public = path(&folder, "public");
    let write = || stdout(&mut vicino(["manifest", &SHOP.model(), "-o", &public]));
    write();
    let good = manifest(&public);
    let created = |manifest: &Value| manifest["model"]["created"].as_str().unwrap().to_owned();
    for odd in [Value::Null, "yesterday".into(), 7.into(), "2999-01-01T00:00:00Z".into()] {
        let mut damaged = good.clone();
        damaged["model"]["created"] = odd;
        fs::write(format!("{public}/manifest.json"), damaged.to_string()).unwrap();
        write();
        // RFC 3339 in UTC with whole seconds sorts as text.
        let now = created(&manifest(&public));
        assert!(now >= created(&good) && now.as_str() < "2999", "{now}");
    }
}

#[test]
fn what_is_no_model_no_key_or_no_manifest_is_refused() {
    let folder = TempDir::new().unwrap();
    let (events, model, public) = (SHOP.arg("train.csv"), SHOP.model(), path(&folder, "public"));
    let error = stderr(&mut vicino(["manifest", &events, "-o", &public]), 1);
    assert!(error.contains("not a vicino model"), "{error}");
    let error = stderr(&mut vicino(["manifest", &model, "-o", &public, "--key", &events]), 1);
    assert!(error.contains("is no private key"), "{error}");
    assert!(!fs::exists(&public).unwrap());
    fs::create_dir(&public).unwrap();
    fs::write(format!("{public}/manifest.json"), r#"{"name":"my app"}"#).unwrap();
    let error = stderr(&mut vicino(["manifest", &model, "-o", &public]), 1);
    assert!(error.contains("is no manifest of version 1"), "{error}");
    stderr(&mut vicino(["manifest", &model]), 2);
}
