//! Arguments in, exit code out.

/// A message is some hundred short-lived allocations on several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    majordomo::cli::main().into()
}
