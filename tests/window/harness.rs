//! How the app is started, looked at and used.

mod changed;
mod driver;
mod held;
mod page;
mod scene;
mod web;
mod wizard;
mod words;

pub(crate) use changed::{Changed, changed};
pub(crate) use held::Held;
pub(crate) use page::Window;
pub(crate) use scene::{PASSWORD, SITE, Scene, soon};
pub(crate) use web::{Website, get};
pub(crate) use words::{say, say_with};
