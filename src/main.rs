//! Arguments in, exit code out.

fn main() -> std::process::ExitCode {
    majordomo::cli::main().into()
}
