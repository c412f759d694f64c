//! The order of the switch-over, for any site: what pages need is there before them, and the pages that visitors
//! enter by come last; nothing is removed before all of it is done.

use std::collections::BTreeMap;

use proptest::prelude::*;
use slipway_core::{RemotePath, Turn};
use slipway_remote::memory::MemoryOptions;

use crate::fixture::Fixture;

fn trees() -> impl Strategy<Value = BTreeMap<String, String>> {
    let name = "(a/|b/|a/c/)?(index|page|x)\\.(html|php|css|xml|png)";
    prop::collection::btree_map(name, "[a-z]{1,4}", 1..12)
}

fn put(fixture: &Fixture, tree: &BTreeMap<String, String>) {
    for (path, content) in tree {
        fixture.write(path, content);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn turns_are_kept(before in trees(), after in trees()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let log = runtime.block_on(async {
            let fixture = Fixture::new(MemoryOptions::default());
            put(&fixture, &before);
            fixture.publish().await.unwrap();
            for path in before.keys().filter(|path| !after.contains_key(*path)) {
                fixture.remove(path);
            }
            put(&fixture, &after);
            let seen = fixture.server.log().len();
            let options = slipway_engine::PublishOptions { yes: true, ..Default::default() };
            fixture.publish_with(&options).await.unwrap();
            assert_eq!(fixture.online(), fixture.local());
            fixture.server.log()[seen..].to_vec()
        });
        // The lock becomes the marker at the very end.
        let log: Vec<String> = log.into_iter().filter(|line| !line.contains("-> .slipway/last-")).collect();
        let new_path = |line: &String| Some(line.strip_prefix("rename ")?.split(" -> ").nth(1)?.to_owned());
        let turns: Vec<Turn> =
            log.iter().filter_map(new_path).map(|path| Turn::of(&RemotePath::new(&path).unwrap())).collect();
        prop_assert!(turns.is_sorted(), "{:?}", log);
        let last_rename = log.iter().rposition(|line| line.starts_with("rename "));
        let first_removal = log.iter().position(|line| line.starts_with("remove ") && !line.contains(".slipway"));
        if let (Some(rename), Some(removal)) = (last_rename, first_removal) {
            prop_assert!(rename < removal, "{:?}", log);
        }
        // What a page refers to goes after the page.
        let removed = log.iter().filter_map(|line| line.strip_prefix("remove "));
        let removed = removed.filter(|path| before.contains_key(*path)).map(|path| RemotePath::new(path).unwrap());
        prop_assert!(removed.map(|path| Turn::of(&path) == Turn::Asset).is_sorted(), "{:?}", log);
    }
}
