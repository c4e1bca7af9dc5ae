//! stub
pub struct DemoOptions { pub fast: bool }
pub fn run(_: DemoOptions) -> crate::cli::Exit { crate::cli::Exit::Failed }
