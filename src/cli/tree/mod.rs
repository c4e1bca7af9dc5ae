//! `majordomo tree`

use super::client::{self, Client, Trouble};
use super::out::{self, Look};
use super::{Exit, Source};
use crate::protocol::control::{Request, Response, TreeNode};

mod draw;
mod watch;

/// Arguments of `tree`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Draw it anew every second, until Ctrl-C
    #[arg(long)]
    watch: bool,
    /// For a script; with --watch one line per second
    #[arg(long)]
    json: bool,
}

pub(super) fn run(source: &Source, args: Args) -> Exit {
    if args.watch {
        return match source.load() {
            Ok(loaded) => watch::run(&loaded, args.json),
            Err(exit) => exit,
        };
    }
    client::ask(source, Request::Tree, |response| match response {
        Response::Tree(root) if args.json => Some(out::print_json(&root)),
        Response::Tree(root) => {
            let look = Look::now();
            Some(out::print(draw::lines(&root, look).join("\n") + "\n"))
        }
        _ => None,
    })
}

/// Asks for the tree over a connection that is open.
fn ask(client: &mut Client) -> Result<TreeNode, Trouble> {
    match client.ask(Request::Tree)? {
        Response::Tree(root) => Ok(root),
        Response::Refused(why) => Err(Trouble::Broken(out::escaped(&why))),
        _ => Err(Trouble::Broken("the answer does not fit the question".into())),
    }
}
