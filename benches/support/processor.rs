//! The time of the processor, which is not that of the machine's other work.

use std::time::Duration;

use rustix::thread::{CpuSet, sched_setaffinity};
use rustix::time::{ClockId, clock_gettime};

/// For how long this thread has run.
pub(crate) fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
}

/// The processor time of so many calls.
pub(crate) fn cpu_time_of<T>(calls: u64, mut call: impl FnMut() -> T) -> Duration {
    let before = cpu_time();
    for _ in 0..calls {
        std::hint::black_box(call());
    }
    cpu_time_since(before)
}

/// For how long this thread has run since it had run for so long.
pub(crate) fn cpu_time_since(before: Duration) -> Duration {
    cpu_time().checked_sub(before).unwrap()
}

/// Keeps this thread, and those that it starts from now on, on one core. Does nothing where there is no such core.
pub(crate) fn stay_on_core(core: usize) {
    let mut cores = CpuSet::new();
    cores.set(core);
    if sched_setaffinity(None, &cores).is_err() {
        eprintln!("there is no core {core} to stay on: client and server share what there is");
    }
}
