//! What a plan does, by example and by property.

use proptest::prelude::*;

use super::*;
use crate::digest::Sha256;

fn path(text: &str) -> RemotePath {
    RemotePath::new(text).unwrap()
}

fn local(content: u8) -> LocalFile {
    LocalFile { size: u64::from(content), modified: 0, sha256: Sha256([content; 32]), spelled: None }
}

fn manifest(files: &[(&str, u8)]) -> Manifest {
    files.iter().map(|&(p, content)| (path(p), local(content))).collect()
}

fn published(files: &[(&str, u8)]) -> Published {
    let files: BTreeMap<_, _> = manifest(files)
        .iter()
        .map(|(p, f)| (p.clone(), PublishedFile { server_modified: Some(100), ..f.into() }))
        .collect();
    let folders = files.keys().flat_map(RemotePath::ancestors).collect();
    Published { files, folders, ..Published::default() }
}

fn seen(files: &[(&str, u64, i64)], complete: bool) -> ServerView {
    let look = |&(p, size, time): &(&str, u64, i64)| (path(p), Some(Seen { size, modified: Some(time) }));
    ServerView { files: files.iter().map(look).collect(), complete, ..ServerView::default() }
}

fn uploads(plan: &Plan) -> Vec<(&str, Change)> {
    plan.uploads.iter().map(|u| (u.path.as_str(), u.change)).collect()
}

fn removals(plan: &Plan) -> Vec<&str> {
    plan.removals.iter().map(|r| r.path.as_str()).collect()
}

#[test]
fn sends_what_is_new_or_changed_and_removes_what_is_gone() {
    let plan = plan(
        &manifest(&[("same", 1), ("changed", 3), ("new/a/b", 4)]),
        &published(&[("same", 1), ("changed", 2), ("old/x", 5)]),
        &ServerView::default(),
        &PlanOptions::default(),
    );
    assert_eq!(uploads(&plan), [("changed", Change::Changed), ("new/a/b", Change::New)]);
    assert_eq!(removals(&plan), ["old/x"]);
    assert_eq!(plan.make_folders, [path("new"), path("new/a")]);
    assert_eq!(plan.remove_folders, [path("old")]);
    assert_eq!(plan.unchanged, 1);
}

#[test]
fn what_the_server_lost_is_sent_again_and_what_is_gone_on_both_sides_forgotten() {
    let plan = plan(
        &manifest(&[("a", 1), ("b", 2)]),
        &published(&[("a", 1), ("b", 2), ("c", 3)]),
        &seen(&[("a", 1, 100)], true),
        &PlanOptions::default(),
    );
    assert_eq!(uploads(&plan), [("b", Change::Missing)]);
    assert_eq!(plan.forget, [path("c")]);
    assert!(plan.removals.is_empty());
}

#[test]
fn never_removes_what_it_did_not_publish_and_says_what_it_replaces() {
    let server = seen(&[("theirs", 9, 9), ("index.html", 9, 9)], true);
    let plan = plan(&manifest(&[("index.html", 1)]), &Published::default(), &server, &PlanOptions::default());
    assert_eq!(uploads(&plan), [("index.html", Change::Foreign)]);
    assert!(plan.removals.is_empty() && plan.remove_folders.is_empty());
}

#[test]
fn a_file_changed_on_the_server_is_a_conflict() {
    let here = manifest(&[("size", 2), ("time", 3), ("fine", 5)]);
    let record = published(&[("size", 1), ("time", 3), ("fine", 4), ("gone", 6)]);
    let server = seen(&[("size", 7, 100), ("time", 3, 101), ("fine", 4, 100), ("gone", 6, 200)], true);
    let with =
        |on_conflict| plan(&here, &record, &server, &PlanOptions { on_conflict, ..PlanOptions::default() });

    let abort = with(OnConflict::Abort);
    let conflicts: Vec<_> = abort.conflicts.iter().map(|c| (c.path.as_str(), c.removal)).collect();
    assert_eq!(conflicts, [("size", false), ("time", false), ("gone", true)]);

    let keep = with(OnConflict::Keep);
    assert_eq!(uploads(&keep), [("fine", Change::Changed)]);
    assert!(keep.removals.is_empty() && keep.conflicts.is_empty());

    let replace = with(OnConflict::Replace);
    assert_eq!(replace.uploads.len(), 3);
    assert_eq!(removals(&replace), ["gone"]);
}

#[test]
fn what_was_decided_of_a_file_holds_for_it_alone() {
    let here = manifest(&[("kept", 2), ("replaced", 3), ("open", 4), ("mine", 6)]);
    let record = published(&[("kept", 1), ("replaced", 1), ("open", 1), ("gone", 5), ("mine", 5)]);
    let server = seen(
        &[("kept", 70, 100), ("replaced", 80, 100), ("open", 90, 7), ("gone", 60, 100), ("mine", 5, 100)],
        true,
    );
    let decided = [("kept", Decision::Keep), ("replaced", Decision::Replace), ("gone", Decision::Replace)];
    // Of a file that is as it was published there is nothing to decide.
    let decided = decided.into_iter().chain([("mine", Decision::Keep)]);
    let answer = |(name, decision)| {
        let seen = server.files[&path(name)].unwrap();
        (path(name), Answer { decision, seen })
    };
    let decided: BTreeMap<_, _> = decided.map(answer).collect();
    let with = |on_conflict| {
        plan(
            &here,
            &record,
            &server,
            &PlanOptions { on_conflict, decided: decided.clone(), ..PlanOptions::default() },
        )
    };

    let abort = with(OnConflict::Abort);
    let open = Conflict {
        path: path("open"),
        reason: ConflictReason::ChangedOnServer,
        removal: false,
        server: Seen { size: 90, modified: Some(7) },
    };
    assert_eq!(abort.conflicts, [open]);
    assert_eq!(uploads(&abort), [("mine", Change::Changed), ("replaced", Change::Changed)]);
    assert_eq!(removals(&abort), ["gone"]);
    assert_eq!(abort.after, Totals { files: 4, bytes: 70 + 90 + 3 + 6 });

    let replace = with(OnConflict::Replace);
    assert!(replace.conflicts.is_empty());
    assert_eq!(uploads(&replace).len(), 3);
    assert_eq!(replace.after, Totals { files: 4, bytes: 70 + 4 + 3 + 6 });
}

#[test]
fn what_is_online_afterwards() {
    let here = manifest(&[("same", 1), ("changed", 3), ("new", 4), ("theirs", 7)]);
    let record = published(&[("same", 1), ("changed", 2), ("old", 5), ("left/out", 6)]);
    let after = |server: &ServerView, options: PlanOptions| plan(&here, &record, server, &options).after;
    let left_out = || PlanOptions { left_out: [path("left/out")].into(), ..PlanOptions::default() };
    let all = 1 + 3 + 4 + 7;
    assert_eq!(after(&ServerView::default(), PlanOptions::default()), Totals { files: 4, bytes: all });
    assert_eq!(after(&ServerView::default(), left_out()), Totals { files: 5, bytes: all + 6 });
    let keep = PlanOptions { keep_removed: true, ..PlanOptions::default() };
    assert_eq!(after(&ServerView::default(), keep), Totals { files: 6, bytes: all + 5 + 6 });
    // Others' files do not count, nor does what the server lost; a folder in the place of a file has no size.
    let mut server =
        seen(&[("same", 1, 100), ("theirs", 50, 9), ("others", 60, 9), ("left/out", 6, 100)], true);
    assert_eq!(after(&server, left_out()), Totals { files: 5, bytes: all + 6 });
    server.files.insert(path("same"), Some(Seen::NO_FILE));
    assert_eq!(after(&server, left_out()), Totals { files: 5, bytes: all + 6 });
}

#[test]
fn keeps_what_is_left_out_or_kept() {
    let here = manifest(&[("a", 1)]);
    let record = published(&[("a", 1), ("x/b", 2), ("x/c", 3)]);
    let options = PlanOptions { left_out: [path("x/b")].into(), ..PlanOptions::default() };
    let left_out = plan(&here, &record, &ServerView::default(), &options);
    assert_eq!(removals(&left_out), ["x/c"]);
    assert!(left_out.remove_folders.is_empty(), "x still holds x/b");
    let options = PlanOptions { keep_removed: true, ..PlanOptions::default() };
    let kept = plan(&here, &record, &ServerView::default(), &options);
    assert!(kept.removals.is_empty() && kept.remove_folders.is_empty());
}

#[test]
fn a_file_that_becomes_a_folder_goes_first_and_the_other_way_round() {
    let plan = plan(
        &manifest(&[("a/b", 1), ("c", 2)]),
        &published(&[("a", 1), ("c/d/e", 2), ("f", 3)]),
        &ServerView::default(),
        &PlanOptions::default(),
    );
    let first: Vec<_> = plan.removals.iter().filter(|r| r.in_the_way).map(|r| r.path.as_str()).collect();
    assert_eq!(first, ["a", "c/d/e"]);
    assert_eq!(plan.remove_folders, [path("c/d"), path("c")]);
}

#[test]
fn asks_before_removing_more_than_half() {
    let names: Vec<String> = (0..20).map(|i| format!("f{i}")).collect();
    let all: Vec<(&str, u8)> = names.iter().map(|n| (n.as_str(), 1)).collect();
    let removing = |n: usize| {
        plan(&manifest(&all[n..]), &published(&all), &ServerView::default(), &PlanOptions::default())
            .removes_much()
    };
    assert!(removing(11) && !removing(10));
    let few =
        plan(&manifest(&all[9..9]), &published(&all[..9]), &ServerView::default(), &PlanOptions::default());
    assert!(!few.removes_much());
}

#[test]
fn pages_go_live_after_what_they_need() {
    for (name, turn) in [
        ("a/Index.HTML", Turn::EntryPage),
        ("default.aspx", Turn::EntryPage),
        ("about.php", Turn::Page),
        ("feed.xml", Turn::Page),
        (".htaccess", Turn::Page),
        ("index.css", Turn::Asset),
        ("LICENSE", Turn::Asset),
    ] {
        assert_eq!(Turn::of(&path(name)), turn, "{name}");
    }
}

fn trees() -> impl Strategy<Value = BTreeMap<String, u8>> {
    prop::collection::btree_map("[ab](/[ab]){0,2}", 0u8..4, 0..8)
}

fn without_clashes(tree: BTreeMap<String, u8>) -> Vec<(String, u8)> {
    let files: BTreeSet<RemotePath> = tree.keys().map(|p| path(p)).collect();
    let clash = |p: &str| path(p).ancestors().any(|above| files.contains(&above));
    tree.into_iter().filter(|(p, _)| !clash(p)).collect()
}

proptest! {
    /// Whatever was there, doing what the plan says ends with the local folder, and touches nothing else.
    #[test]
    fn the_plan_leads_from_there_to_here(
        here in trees(), there in trees(), foreign in trees(), listed in any::<bool>()
    ) {
        let (here, there) = (without_clashes(here), without_clashes(there));
        let refs = |tree: &[(String, u8)]| -> Vec<(String, u8)> { tree.to_vec() };
        let here: Vec<(&str, u8)> = here.iter().map(|(p, c)| (p.as_str(), *c)).collect();
        let there = refs(&there);
        let there: Vec<(&str, u8)> = there.iter().map(|(p, c)| (p.as_str(), *c)).collect();
        let record = published(&there);
        let mut server: BTreeMap<RemotePath, u8> = foreign.iter().map(|(p, c)| (path(p), *c)).collect();
        server.retain(|p, _| !record.files.contains_key(p));
        let theirs = server.clone();
        server.extend(there.iter().map(|&(p, c)| (path(p), c)));
        let view = if listed {
            let look = |(p, c): (&RemotePath, &u8)| {
                let modified = record.files.contains_key(p).then_some(100);
                (p.clone(), Some(Seen { size: u64::from(*c), modified }))
            };
            let files = server.iter().map(look).collect();
            ServerView { files, complete: true, ..ServerView::default() }
        } else {
            ServerView::default()
        };
        let manifest = manifest(&here);
        let plan = plan(&manifest, &record, &view, &PlanOptions::default());

        prop_assert!(plan.conflicts.is_empty());
        let bytes = manifest.values().map(|file| file.size).sum();
        prop_assert_eq!(plan.after, Totals { files: manifest.len() as u64, bytes });
        for removal in &plan.removals {
            prop_assert!(record.files.contains_key(&removal.path));
            server.remove(&removal.path);
        }
        for upload in &plan.uploads {
            server.insert(upload.path.clone(), upload.file.size as u8);
        }
        let mut expected: BTreeMap<RemotePath, u8> = theirs;
        expected.extend(here.iter().map(|&(p, c)| (path(p), c)));
        prop_assert_eq!(server, expected);
        for (i, folder) in plan.make_folders.iter().enumerate() {
            let parent = folder.parent().unwrap();
            prop_assert!(parent.is_root() || plan.make_folders[..i].contains(&parent));
        }
        prop_assert!(plan.remove_folders.iter().all(|f| !manifest.keys().any(|p| p.is_below(f))));
    }

    /// After a purge the server holds the local folder and what is kept, and no folder without need.
    #[test]
    fn a_purge_leads_to_here_and_nothing_else(
        here in trees(), there in trees(), foreign in trees(), kept in trees()
    ) {
        let (here, there) = (without_clashes(here), without_clashes(there));
        let here: Vec<(&str, u8)> = here.iter().map(|(p, c)| (p.as_str(), *c)).collect();
        let there: Vec<(&str, u8)> = there.iter().map(|(p, c)| (p.as_str(), *c)).collect();
        let (record, manifest) = (published(&there), manifest(&here));
        let all: BTreeMap<String, u8> =
            foreign.into_iter().chain(there.iter().map(|&(p, c)| (p.to_owned(), c))).collect();
        let server: BTreeMap<RemotePath, u8> =
            without_clashes(all).into_iter().map(|(p, c)| (path(&p), c)).collect();
        let look = |(p, c): (&RemotePath, &u8)| {
            let ours = record.files.get(p);
            let seen = Seen { size: ours.map_or(u64::from(*c), |ours| ours.size), modified: None };
            (p.clone(), Some(seen))
        };
        let folders: BTreeSet<RemotePath> = server.keys().flat_map(RemotePath::ancestors).collect();
        let files = server.iter().map(look).collect();
        let view = ServerView { files, folders: folders.clone(), complete: true, ..ServerView::default() };
        let kept: BTreeSet<RemotePath> = kept.keys().map(|p| path(p)).collect();
        let options = PlanOptions { purge: Some(kept.clone()), ..PlanOptions::default() };
        let plan = plan(&manifest, &record, &view, &options);

        let gone: BTreeSet<&RemotePath> = plan.taken_off().map(|removal| &removal.path).collect();
        prop_assert_eq!(gone.len(), plan.removals.len() + plan.purge.len(), "each once");
        let left: BTreeSet<&RemotePath> = server.keys().filter(|p| !gone.contains(p)).collect();
        for p in &left {
            prop_assert!(manifest.contains_key(*p) || (kept.contains(*p) && !record.files.contains_key(*p)));
        }
        prop_assert!(plan.purge.iter().all(|r| !kept.contains(&r.path) && !manifest.contains_key(&r.path)));
        let used: BTreeSet<RemotePath> =
            left.into_iter().chain(manifest.keys()).flat_map(RemotePath::ancestors).collect();
        let rest: BTreeSet<&RemotePath> = plan.remove_folders.iter().chain(&plan.purge_folders).collect();
        for folder in &folders {
            let stays = used.contains(folder) || kept.iter().any(|k| k == folder || (k.is_below(folder) && folders.contains(k)));
            if record.folders.contains(folder) {
                prop_assert!(!used.contains(folder) || !rest.contains(folder));
            } else {
                prop_assert_eq!(rest.contains(folder), !stays, "{:?}", folder);
            }
        }
    }
}

#[test]
fn what_was_brought_down_is_no_surprise() {
    let record = |content: u8, time| PublishedFile {
        size: u64::from(content),
        sha256: Sha256([content; 32]),
        server_modified: Some(time),
    };
    let path = |text: &str| RemotePath::new(text).unwrap();
    let pulled: BTreeMap<_, _> =
        ["same", "edited", "ours", "old"].map(|name| (path(name), record(5, 70))).into();
    let published = Published {
        files: [(path("ours"), record(3, 60)), (path("old"), record(3, 60))].into(),
        pulled,
        ..Published::default()
    };
    let here: Manifest =
        [("same", 5), ("edited", 6), ("ours", 5), ("old", 3)].map(|(name, c)| (path(name), local(c))).into();
    let seen = |time| Some(Seen { size: 5, modified: Some(time) });
    // "old" was changed once more since it was brought down.
    let files = [("same", 70), ("edited", 70), ("ours", 70), ("old", 80)];
    let files = files.map(|(name, time)| (path(name), seen(time))).into();
    let server = ServerView { files, complete: true, ..ServerView::default() };
    let plan = plan(&here, &published, &server, &PlanOptions::default());
    assert_eq!(plan.adopted, [(path("ours"), record(5, 70)), (path("same"), record(5, 70))]);
    assert_eq!(plan.unchanged, 2);
    // "same" becomes Slipway's, and "old" is as it is there.
    assert_eq!(plan.after, Totals { files: 4, bytes: 5 + 6 + 5 + 5 });
    let uploads: Vec<_> = plan.uploads.iter().map(|upload| (upload.path.as_str(), upload.change)).collect();
    assert_eq!(uploads, [("edited", Change::Foreign)]);
    assert_eq!(plan.conflicts.iter().map(|c| c.path.as_str()).collect::<Vec<_>>(), ["old"]);
}

#[test]
fn what_was_brought_down_and_changed_on_the_server_since_is_a_conflict() {
    let record = |content: u8| PublishedFile { server_modified: Some(70), ..(&local(content)).into() };
    let pulled = ["both", "there", "gone", "deleted"].map(|name| (path(name), record(5)));
    let published = Published { pulled: pulled.into(), ..Published::default() };
    let here = manifest(&[("both", 6), ("there", 5), ("gone", 6)]);
    let mut server = seen(&[("both", 5, 80), ("there", 9, 70), ("deleted", 9, 80)], true);
    let with = |server: &ServerView, on_conflict| {
        plan(&here, &published, server, &PlanOptions { on_conflict, ..PlanOptions::default() })
    };
    let abort = with(&server, OnConflict::Abort);
    let conflicts: Vec<_> = abort.conflicts.iter().map(|c| (c.path.as_str(), c.removal)).collect();
    assert_eq!(conflicts, [("both", false), ("there", false)]);
    assert_eq!(uploads(&abort), [("gone", Change::New)]);
    assert_eq!(uploads(&with(&server, OnConflict::Keep)), [("gone", Change::New)]);
    let replace = with(&server, OnConflict::Replace);
    let expected = [("both", Change::Foreign), ("gone", Change::New), ("there", Change::Foreign)];
    assert_eq!(uploads(&replace), expected);
    assert!(abort.removals.is_empty() && abort.forget.is_empty(), "never Slipway's to remove");
    // Not looked at, it is as if nobody knew of it.
    server = ServerView::default();
    assert_eq!(with(&server, OnConflict::Abort).count(Change::New), 3);
}

fn purge(kept: &[&str]) -> PlanOptions {
    PlanOptions { purge: Some(kept.iter().map(|kept| path(kept)).collect()), ..PlanOptions::default() }
}

fn purged(plan: &Plan) -> Vec<&str> {
    plan.purge.iter().map(|removal| removal.path.as_str()).collect()
}

#[test]
fn a_purge_takes_off_what_nobody_here_knows_and_leaves_what_is_kept() {
    let here = manifest(&[("index.html", 1), ("css/site.css", 2)]);
    let record = published(&[("index.html", 1), ("old/ours.html", 3)]);
    let files = [
        ("index.html", 1, 100),
        ("css/theirs.css", 9, 9),
        ("old/ours.html", 3, 100),
        ("wp/a/b.php", 9, 9),
        (".well-known/acme", 9, 9),
        ("linked/x", 9, 9),
    ];
    let mut server = seen(&files, true);
    server.folders =
        ["css", "old", "wp", "wp/a", "empty", ".well-known", "linked", "kept", "kept/empty"].map(path).into();
    server.others = [path("linked/link")].into();
    let options = purge(&[".well-known", ".well-known/acme", "kept/empty"]);
    let with = plan(&here, &record, &server, &options);
    assert_eq!(purged(&with), ["css/theirs.css", "linked/x", "wp/a/b.php"]);
    assert_eq!(removals(&with), ["old/ours.html"]);
    assert_eq!(with.purge_folders, ["wp/a", "empty", "wp"].map(path));
    assert_eq!(with.remove_folders, [path("old")]);
    let without = plan(&here, &record, &server, &PlanOptions::default());
    assert!(without.purge.is_empty() && without.purge_folders.is_empty());
}

#[test]
fn a_purge_leaves_what_slipway_put_there_to_the_removals() {
    let record = published(&[("a", 1), ("b", 2), ("left/out", 3)]);
    let mut server = seen(&[("a", 1, 100), ("b", 9, 100), ("left/out", 3, 100), ("theirs", 4, 4)], true);
    server.folders = [path("left")].into();
    let left_out = [path("left/out")].into();
    let options = PlanOptions { left_out, on_conflict: OnConflict::Keep, ..purge(&["left/out"]) };
    let plan = plan(&manifest(&[("a", 1)]), &record, &server, &options);
    assert_eq!(purged(&plan), ["theirs"]);
    assert!(plan.removals.is_empty() && plan.purge_folders.is_empty() && plan.remove_folders.is_empty());
}

#[test]
fn a_purge_clears_the_way_first() {
    let mut server = seen(&[("a", 9, 9), ("c/d/e", 9, 9), ("f", 9, 9)], true);
    server.folders = [path("c"), path("c/d")].into();
    let plan = plan(&manifest(&[("a/b", 1), ("c", 2)]), &Published::default(), &server, &purge(&[]));
    let first: Vec<_> = plan.purge.iter().filter(|r| r.in_the_way).map(|r| r.path.as_str()).collect();
    assert_eq!(first, ["a", "c/d/e"]);
    assert_eq!(plan.purge_folders, [path("c/d"), path("c")]);
}

#[test]
fn a_yes_to_replace_is_for_the_version_that_was_seen() {
    let (here, record) = (manifest(&[("a", 2)]), published(&[("a", 1), ("gone", 1)]));
    let now = seen;
    let with = |decision, size, modified: Option<i64>| {
        let seen = Seen { size, modified };
        let decided = ["a", "gone"].map(|name| (path(name), Answer { decision, seen })).into();
        let server = now(&[("a", 70, 100), ("gone", 70, 100)], true);
        plan(&here, &record, &server, &PlanOptions { decided, ..PlanOptions::default() })
    };
    let seen_then = with(Decision::Replace, 70, Some(100));
    assert_eq!((uploads(&seen_then).len(), removals(&seen_then).len()), (1, 1));
    assert!(seen_then.conflicts.is_empty());
    assert!(with(Decision::Replace, 70, None).conflicts.is_empty(), "its time was not known");
    for other in [with(Decision::Replace, 71, Some(100)), with(Decision::Replace, 70, Some(99))] {
        assert_eq!((other.conflicts.len(), other.uploads.len(), other.removals.len()), (2, 0, 0));
    }
    let kept = with(Decision::Keep, 71, Some(99));
    assert!(kept.conflicts.is_empty() && kept.uploads.is_empty() && kept.removals.is_empty());
}

#[test]
fn what_is_gone_from_the_server_is_not_online_afterwards() {
    let (here, record) = (manifest(&[("a", 2)]), published(&[("a", 2), ("gone", 5), ("left", 7)]));
    let server = seen(&[("a", 2, 100)], true);
    let options = PlanOptions { keep_removed: true, ..PlanOptions::default() };
    assert_eq!(plan(&here, &record, &server, &options).after, Totals { files: 1, bytes: 2 });
    let left_out = [path("gone"), path("left")].into();
    let options = PlanOptions { left_out, ..PlanOptions::default() };
    assert_eq!(plan(&here, &record, &server, &options).after, Totals { files: 1, bytes: 2 });
}
