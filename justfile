# What is run before every commit, and a few shortcuts. `just` without a word lists them.

default:
    @just --list

# Format, lints, tests, docs: all that must be in order before a commit.
check:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings
    cargo test
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps

# The demo: a page in the browser; with --terminal or --fast a story in the terminal.
demo *args:
    cargo run --release -- demo {{args}}

# The whole path against an independent Bot API simulator: just strict path/to/simulator.py
strict simulator:
    cargo build
    python3 tests/strict/run.py {{simulator}}

# What the README claims, measured.
bench:
    cargo bench --bench end_to_end

# Everything that an integration machine runs.
ci:
    .ci/run
