//! What a configuration reads besides its own text.

use std::cell::RefCell;
use std::env;
use std::path::{Path, PathBuf};

use super::content::Content;
use super::document::{PathValue, SecretValue};
use super::key::{At as _, Key, Mistake, contradiction};
use crate::document::TextOr;
use crate::error::ConfigError;
use crate::gateway::Secret;

/// Finds files relative to one directory, and notes what each held before it was read.
#[derive(Debug)]
pub(super) struct Sources<'a> {
    base: &'a Path,
    noted: RefCell<Vec<(PathBuf, Content)>>,
}

/// What every file held that was read for one layer.
#[derive(Debug)]
pub(super) struct Reading(Vec<(PathBuf, Content)>);

impl Reading {
    /// Whether every file holds what it held.
    pub(super) fn is_current(&self) -> bool {
        self.0.iter().all(|(path, content)| Content::of(path) == *content)
    }
}

impl<'a> Sources<'a> {
    pub(super) fn new(base: &'a Path) -> Self {
        Self { base, noted: RefCell::default() }
    }

    /// Notes what a file held that was read otherwise.
    pub(super) fn note(&self, path: &Path, content: Content) {
        self.noted.borrow_mut().push((path.to_owned(), content));
    }

    pub(super) fn into_reading(self) -> Reading {
        Reading(self.noted.into_inner())
    }

    pub(super) fn path(&self, value: &PathValue, key: &Key) -> Result<PathBuf, Mistake> {
        self.unwatched(value, key).map(|path| self.watched(path))
    }

    /// A path whose content changes by what the layer does, so that it is no reason to reload it.
    pub(super) fn unwatched(&self, value: &PathValue, key: &Key) -> Result<PathBuf, Mistake> {
        match value {
            TextOr::Text(text) => Ok(self.base.join(text)),
            TextOr::Table(table) => match &table.env {
                Some(name) => self.unwatched_variable(name, &key.field("env")),
                None => contradiction(key, "has no env, expected a path or { env = \"NAME\" }"),
            },
        }
    }

    /// The path that an environment variable holds.
    pub(super) fn variable(&self, name: &str, key: &Key) -> Result<PathBuf, Mistake> {
        self.unwatched_variable(name, key).map(|path| self.watched(path))
    }

    pub(super) fn below_base(&self, text: &str) -> PathBuf {
        self.watched(self.base.join(text))
    }

    fn unwatched_variable(&self, name: &str, key: &Key) -> Result<PathBuf, Mistake> {
        let unset = |_| ConfigError::EnvironmentVariable { name: name.to_owned() };
        env::var(name).map_err(unset).at(key).map(|text| self.base.join(text))
    }

    fn watched(&self, path: PathBuf) -> PathBuf {
        self.note(&path, Content::of(&path));
        path
    }

    pub(super) fn secret(&self, value: &SecretValue, key: &Key) -> Result<Secret, Mistake> {
        match (&value.0.env, &value.0.file) {
            (Some(name), None) => Secret::from_env(name).at(&key.field("env")),
            (None, Some(path)) => {
                let key = key.field("file");
                Secret::from_file(self.path(path, &key)?).at(&key)
            }
            _ => contradiction(key, "has none or both of env and file, expected exactly one"),
        }
    }
}
