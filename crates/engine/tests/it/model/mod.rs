//! Anything that may happen to a site, in any order: edits, publishes, versions put back, kills and faults at any operation,
//! others who change the server meanwhile, and harm to what is kept here. After each step what is promised is looked at
//! ([`world`]).

mod kept;
mod story;
mod world;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use slipway_remote::memory::MemoryOptions;
use story::{Happening, stories};
use world::World;

/// So many stories in the default suite, the same ones each time.
const FEW: u32 = 100;
/// And so many others with `--long`.
const MANY: u32 = 4000;

fn happens(options: MemoryOptions, story: &[Happening]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut world = World::new(options);
        for happening in story {
            world.take(happening).await;
        }
        world.end().await;
    });
}

fn tell(cases: u32, rng: TestRng) {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
    let told = TestRunner::new_with_rng(config, rng).run(&stories(), |(options, story)| {
        happens(options, &story);
        Ok(())
    });
    if let Err(error) = told {
        panic!("{error}");
    }
    println!("{cases} stories");
}

#[test]
fn whatever_happens_the_site_is_whole() {
    tell(FEW, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
}

#[test]
#[ignore = "takes minutes"]
fn whatever_happens_the_site_is_whole_thousands_of_times() {
    tell(MANY, TestRunner::default().new_rng());
}
