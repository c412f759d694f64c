//! What the window may ask for: one line each, over [`Desk`](slipway_api::desk::Desk). Whatever fails is told as a
//! [`Failure`](slipway_api::core::Failure).

mod adding;
mod app;
mod outside;
mod passwords;
mod publishing;
mod sites;

use tauri::Wry;
use tauri::ipc::Invoke;

/// All of them. `permissions/window.toml` lists the same names.
pub(crate) fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        adding::add_practice_site,
        adding::check_account,
        adding::choose_folder,
        adding::folders,
        adding::folders_of,
        adding::look_at_folder,
        adding::read_text,
        app::about,
        app::licences,
        app::open_data_folder,
        app::open_logs,
        app::save_settings,
        app::set_menu,
        app::set_title,
        app::settings,
        app::subscribe,
        outside::copy_text,
        outside::open_folder,
        outside::paste_text,
        outside::show_file,
        outside::show_server_copy,
        outside::visit,
        outside::visit_file,
        passwords::password_stores,
        passwords::set_password,
        passwords::unlock_passwords,
        passwords::use_password_store,
        publishing::check_server,
        publishing::history,
        publishing::plan,
        publishing::preview,
        publishing::preview_purge,
        publishing::publish,
        publishing::run_log,
        publishing::stop,
        sites::add_site,
        sites::allow_build,
        sites::change_site,
        sites::change_site_checked,
        sites::remove_site,
        sites::sites,
        sites::trust_certificate,
    ]
}

#[cfg(test)]
mod tests {
    /// The names in this list of quoted or qualified words, in order.
    fn names<'a>(text: &'a str, begin: &str, end: &str, mark: char) -> Vec<&'a str> {
        let list = text.split_once(begin).unwrap().1.split_once(end).unwrap().0;
        let names = list.split(',').map(|name| name.trim().trim_matches('"')).filter(|name| !name.is_empty());
        names.map(|name| name.rsplit(mark).next().unwrap()).collect()
    }

    #[test]
    fn the_window_may_ask_for_just_what_there_is() {
        let mut handled = names(include_str!("commands.rs"), "generate_handler![", "]", ':');
        let mut allowed = names(include_str!("../permissions/window.toml"), "commands.allow = [", "]", '"');
        handled.sort_unstable();
        allowed.sort_unstable();
        assert!(handled.len() > 30);
        assert_eq!(handled, allowed);
    }
}
