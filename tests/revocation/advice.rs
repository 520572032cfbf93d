//! When a list is told of ahead of its end.

use tower_client_cert::AdviceCode;

use crate::support::pki::{ListShape, seconds};
use crate::world::World;

#[test]
fn a_list_is_told_in_the_last_quarter_of_its_time_and_no_sooner_than_a_day_before_its_end() {
    const HOUR: i64 = 60 * 60;
    const DAY: i64 = 24 * HOUR;
    let world = World::new();
    let is_told = |since: i64, left: i64| {
        let layer = world.with_lists(&[ListShape::new().issued(seconds(-since), seconds(left))]).build().unwrap();
        layer.advice().iter().any(|advice| advice.code() == AdviceCode::CrlExpires)
    };
    assert!(!is_told(6 * HOUR, 2 * HOUR));
    assert!(is_told(6 * HOUR + 1, 2 * HOUR - 1));
    assert!(!is_told(20 * DAY, DAY));
    assert!(is_told(20 * DAY + 1, DAY - 1));
}
