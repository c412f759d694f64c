//! Puts the app together, and opens it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use slipway_api::core::{Code, Failure};
use slipway_api::desk::Desk;
use slipway_api::{Slipway, logging};
use tauri::utils::config::AppDirectoriesOverride;
use tauri::{AppHandle, Config, Context, Manager, RunEvent};
use tauri_plugin_window_state::StateFlags;

use crate::arguments::Arguments;
use crate::ear::Ear;
use crate::granted::Granted;
use crate::leave::Leaving;
use crate::menu::{Bar, Labels, Words};
use crate::practice::PracticeServer;
use crate::spoken::Spoken;
use crate::{commands, leave, menu, practice, trouble, window};

/// Where the window's size and place are remembered; whether it was visible is not.
const REMEMBERED: StateFlags = StateFlags::SIZE.union(StateFlags::POSITION).union(StateFlags::MAXIMIZED);

/// A start that is on its way out when this one asks it to come to the front is asked again so many times, ...
const ASKED: u32 = 20;
/// ... after such a pause. By then it has answered, or its name is free.
const PAUSE: Duration = Duration::from_millis(100);

/// Runs the app until it is left. Says what the process should end with.
///
/// # Errors
/// Where there is no display, or no web view.
pub(crate) fn run(arguments: Arguments) -> tauri::Result<u8> {
    logging::log_panics();
    let mut context = context();
    if let Some(folder) = arguments.data_dir() {
        set_apart(context.config_mut(), &folder);
    }
    let arguments = Mutex::new(Some(arguments));
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_window_state::Builder::new().with_state_flags(REMEMBERED).build())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_clipboard_manager::init())
        .manage(Words::default())
        .manage(Leaving::default())
        .manage(Granted::default())
        .invoke_handler(commands::handler())
        .enable_macos_default_menu(false)
        .on_menu_event(|app, event| menu::chosen(app, &event))
        .on_window_event(window::happened)
        .setup(move |app| {
            be_the_only_one(app.handle());
            let arguments = arguments.lock().ok().and_then(|mut arguments| arguments.take());
            if let Some(arguments) = arguments
                && let Err(failure) = open(app.handle(), &arguments)
            {
                trouble::tell(app.handle(), &failure);
            }
            Ok(())
        })
        .build(context)?;
    let code = app.run_return(|app, event| match event {
        RunEvent::ExitRequested { code: None, api, .. } if !leave::has_left(app) => {
            api.prevent_exit();
            leave::end(app);
        }
        RunEvent::Exit => leave::at_the_end(app),
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => window::show(app),
        _ => {}
    });
    Ok(u8::try_from(code).unwrap_or(1))
}

/// What the build put into the program: the front end, the icons, the configuration.
pub(crate) fn context() -> Context {
    tauri::generate_context!()
}

/// Another data folder is another Slipway: it may run beside the usual one, and keeps what belongs to the window in
/// its own folder. Which of two builds computes the name does not matter, as long as it does so the same way twice.
fn set_apart(config: &mut Config, folder: &Path) {
    let mut hasher = DefaultHasher::new();
    folder.hash(&mut hasher);
    config.identifier = format!("{}.at{:016x}", config.identifier, hasher.finish());
    config.app.app_directories_override = Some(AppDirectoriesOverride::Root(folder.join("window")));
}

fn open(app: &AppHandle, arguments: &Arguments) -> Result<(), Failure> {
    let slipway = Slipway::open(arguments.data_dir().as_deref(), None)?;
    if let Err(error) = logging::start(None, &slipway.logs(), slipway.log_level()) {
        eprintln!("No log is kept: {error}");
    }
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "the app was started");
    let desk = Desk::new(slipway);
    let server = PracticeServer::new(desk.clone());
    tauri::async_runtime::block_on(practice::resume(&server));
    let settings = tauri::async_runtime::block_on(desk.settings())?;
    leave::watch_runs(app, &desk);
    app.manage(server);
    let folder = arguments.folder().and_then(|folder| app.state::<Granted>().grant_or_note(folder));
    app.manage(Ear::new(folder));
    app.manage(desk);
    leave::listen_for_signals(app);
    let unexpected = |error| Failure::new(Code::Unexpected, error);
    let words = app.state::<Words>();
    words.set(Labels::titled(&Spoken::chosen(settings.language)));
    app.manage(Bar::put_up(app, &words.get()).map_err(unexpected)?);
    window::open(app, settings.theme).map_err(unexpected)
}

/// Ends this process where Slipway runs already, once that one came to the front. One that is killed or ends just now
/// may still have its name, and never answer: then this one takes its place.
fn be_the_only_one(app: &AppHandle) {
    for asked in 1..=ASKED {
        let plugin = tauri_plugin_single_instance::init(|app, arguments, cwd| {
            started_again(app, &arguments, &cwd);
        });
        match app.plugin(plugin) {
            Ok(()) => return,
            Err(error) => tracing::info!(%error, asked, "another start does not answer"),
        }
        thread::sleep(PAUSE);
    }
    // The sites are locked one by one, so that two can do no harm.
    tracing::warn!("another start holds the name and does not answer");
}

/// Somebody started Slipway while it is running: that start ends, and this one comes to the front.
fn started_again(app: &AppHandle, arguments: &[String], cwd: &str) {
    window::show(app);
    let folder = Arguments::of_another_start(arguments, cwd).and_then(|arguments| arguments.folder());
    let folder = folder.and_then(|folder| app.state::<Granted>().grant_or_note(folder));
    if let (Some(folder), Some(ear), Some(desk)) = (folder, app.try_state::<Ear>(), app.try_state::<Desk>()) {
        ear.add_folder(&desk, folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_data_folder_is_an_app_of_its_own() {
        let apart = |folder: &str| {
            let mut config = Config { identifier: "app.slipway.Slipway".to_owned(), ..Config::default() };
            set_apart(&mut config, Path::new(folder));
            config.identifier
        };
        assert_eq!(apart("/a"), apart("/a"));
        assert_ne!(apart("/a"), apart("/b"));
        // D-Bus takes letters, digits and dots, and no part that begins with a digit.
        assert!(apart("/a").starts_with("app.slipway.Slipway.at"));
        assert!(apart("/a ä").chars().all(|c| c.is_ascii_alphanumeric() || c == '.'));
    }
}
