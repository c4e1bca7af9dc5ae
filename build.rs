//! Rebuilds when a file of `locales/` appears or goes: the catalogue is embedded by a macro that cannot see that.

fn main() {
    println!("cargo::rerun-if-changed=locales");
}
