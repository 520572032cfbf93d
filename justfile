# What `.ci/run` does not do, because it needs a network, another toolchain or hours. CONTRIBUTING.md has the last results.
# `cargo install just`, or `pip install rust-just`.

# Everything that must hold before a change lands.
ci:
    .ci/run

# Known vulnerabilities of dependencies, from the database of rustsec.org, which is fetched.
advisories:
    cargo deny check advisories

# Compiles with the oldest Rust that is announced, which rustup fetches.
msrv:
    rustup toolchain install --profile minimal "$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)"
    cargo "+$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)" check --locked --all-features --lib --bins

# Changes of the public API that need a new minor version, against the version that is published.
semver:
    cargo semver-checks --all-features

# Changes the code in every way that tests should notice.
mutants *arguments:
    cargo mutants {{arguments}}

# Fuzzes each target for so many seconds.
fuzz seconds="900" *targets:
    fuzz/run {{seconds}} {{targets}}

# Mixed traffic through nginx and Envoy for so many seconds, every verdict judged; from 900 seconds on the memory, too.
soak seconds="1800":
    SOAK_SECONDS={{seconds}} cargo test --all-features --test soak -- --ignored --exact every_verdict_is_right --nocapture

# Writes .ci/public-api.txt anew.
public-api:
    .ci/public-api --renew
